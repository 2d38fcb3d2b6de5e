// Renders openapi.json as a page: no library, nothing from elsewhere, text only ever as text.
"use strict";

function element(tag, text, ...children) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

// A schema as the JSON that it describes, in short.
function sketch(schema, all, depth = 0) {
  if (!schema || depth > 4) return "…";
  if (schema.$ref) return sketch(all[schema.$ref.split("/").pop()], all, depth);
  for (const several of [schema.oneOf, schema.anyOf]) {
    if (several) return several.map((one) => sketch(one, all, depth)).join(" | ");
  }
  if (schema.allOf) {
    const properties = {};
    const flatten = (one) => {
      const resolved = one.$ref ? all[one.$ref.split("/").pop()] : one;
      (resolved.allOf || []).forEach(flatten);
      Object.assign(properties, resolved.properties);
    };
    schema.allOf.forEach(flatten);
    return sketch({ type: "object", properties }, all, depth);
  }
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type;
  if (type === "array") return `[${sketch(schema.items, all, depth + 1)}]`;
  if (schema.properties) {
    const pad = "  ".repeat(depth + 1);
    const required = schema.required || [];
    const lines = Object.entries(schema.properties).map(([name, one]) => {
      const note = one.description ? `  // ${one.description.split("\n")[0]}` : "";
      return `${pad}${name}${required.includes(name) ? "" : "?"}: ${sketch(one, all, depth + 1)}${note}`;
    });
    return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
  }
  return type || "any";
}

function shape(content, all) {
  const media = content && Object.values(content)[0];
  return media && media.schema ? element("pre", sketch(media.schema, all)) : element("span");
}

function parameters(list) {
  const table = element("table");
  for (const parameter of list || []) {
    const type = parameter.schema ? [].concat(parameter.schema.type || "string").join(" | ") : "";
    table.append(element("tr", "", element("td", "", element("code", parameter.name)), element("td", `${parameter.in}, ${type}`), element("td", parameter.description || "")));
  }
  return table;
}

function answers(responses, all) {
  const part = element("div");
  for (const [status, response] of Object.entries(responses)) {
    part.append(element("p", `${status}: ${response.description || ""}`));
    if (status.startsWith("2")) part.append(shape(response.content, all));
  }
  return part;
}

function show(document_) {
  const all = document_.components.schemas;
  const main = document.getElementById("main");
  const contents = document.getElementById("contents");
  main.replaceChildren(element("h1", `${document_.info.title} ${document_.info.version}`), element("p", document_.info.description || ""));
  const link = element("a", "openapi.json");
  link.href = "/api/openapi.json";
  main.append(element("p", "The same for programs: ", link));
  const byTag = {};
  for (const [path, item] of Object.entries(document_.paths)) {
    for (const [method, operation] of Object.entries(item)) (byTag[operation.tags[0]] ||= []).push({ path, method, operation });
  }
  for (const [tag, operations] of Object.entries(byTag)) {
    contents.append(element("h2", tag));
    main.append(element("h2", tag));
    for (const { path, method, operation } of operations) {
      const anchor = element("a", operation.operationId);
      anchor.href = `#${operation.operationId}`;
      contents.append(anchor);
      const article = element("article");
      article.id = operation.operationId;
      const heading = element("h3");
      const name = element("span", method.toUpperCase());
      name.className = "method";
      heading.append(name, ` ${document_.servers[0].url}${path}`);
      article.append(heading, element("p", [operation.summary, operation.description].filter(Boolean).join("\n")));
      article.append(parameters(operation.parameters));
      if (operation.requestBody) article.append(element("h4", "Request"), shape(operation.requestBody.content, all));
      article.append(element("h4", "Answers"), answers(operation.responses, all));
      main.append(article);
    }
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

fetch("/api/openapi.json").then((answer) => answer.json()).then(show);
