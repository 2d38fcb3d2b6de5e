// Markdown nodes to React elements. Nothing here sets HTML.

import type { Definition, List, ListItem, Nodes, Parents, Table } from "mdast";
import { type CSSProperties, Fragment, memo, type MouseEvent, type ReactNode, use, useState } from "react";
import { t } from "../../i18n";
import { sides } from "../sides";
import { useStop } from "../stops";
import { Code } from "./Code";
import { References, splitNames } from "./references";
import {
  definitions,
  flatten,
  isBigEmoji,
  otherHost,
  parseMarkdown,
  safeUrl,
  splitLinks,
  taskOf,
} from "./parse";

export interface MentionTarget {
  label: string;
  me: boolean;
  /** Of one person. */
  id?: string;
  onOpen?: () => void;
}

interface MarkdownProps {
  text: string;
  /** Who is meant by `@name`, or null when it is only text. */
  mention?: (name: string) => MentionTarget | null;
  trailing?: ReactNode;
}

interface Context {
  mention: MarkdownProps["mention"];
  definitions: Map<string, Definition>;
}

export const Markdown = memo(function Markdown({ text, mention, trailing }: MarkdownProps) {
  const root = parseMarkdown(text);
  const context: Context = { mention, definitions: definitions(root) };
  return (
    <div className="markdown" dir="auto" data-big={isBigEmoji(text) || undefined}>
      {root.children.map((node, index) => (
        <Fragment key={index}>{render(node, context)}</Fragment>
      ))}
      {trailing}
    </div>
  );
});

function children(node: Parents, context: Context): ReactNode {
  return node.children.map((child, index) => <Fragment key={index}>{render(child, context)}</Fragment>);
}

function render(node: Nodes, context: Context): ReactNode {
  switch (node.type) {
    case "text":
      return inline(node.value, context);
    case "spoiler":
      return <Spoiler>{children(node, context)}</Spoiler>;
    case "paragraph":
      return <p>{children(node, context)}</p>;
    case "heading":
      // A message must not change the outline of the page: it looks like a heading, it is not one.
      return (
        <p className="md-heading" data-depth={node.depth}>
          {children(node, context)}
        </p>
      );
    case "emphasis":
      return <em>{children(node, context)}</em>;
    case "strong":
      return <strong>{children(node, context)}</strong>;
    case "delete":
      return <del>{children(node, context)}</del>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return <Code value={node.value} language={node.lang} />;
    case "blockquote":
      return <blockquote>{children(node, context)}</blockquote>;
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? 1} style={{ "--digits": digitsOf(node) } as CSSProperties}>
          {children(node, context)}
        </ol>
      ) : (
        <ul>{children(node, context)}</ul>
      );
    case "listItem":
      return <Item node={node} context={context} />;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return <NamedLink node={node} url={node.url} context={context} />;
    case "linkReference": {
      const target = context.definitions.get(node.identifier);
      return target ? <NamedLink node={node} url={target.url} context={context} /> : children(node, context);
    }
    case "image":
      return <Link url={node.url}>{node.alt || node.url}</Link>;
    case "imageReference":
      return <Link url={context.definitions.get(node.identifier)?.url ?? ""}>{node.alt ?? ""}</Link>;
    case "table":
      return <MarkdownTable node={node} context={context} />;
    default:
      return "value" in node ? node.value : null;
  }
}

/** A text without marks, of which only addresses lead somewhere. */
export function LinkedText({ text }: { text: string }) {
  return splitLinks(text).map((part, index) =>
    index % 2 === 1 ? (
      <Link key={index} url={part}>
        {part}
      </Link>
    ) : (
      part
    ),
  );
}

/** A link with words of its own: where they are an address, it is not to lead elsewhere unseen. */
function NamedLink({ node, url, context }: { node: Parents; url: string; context: Context }) {
  const host = otherHost(flatten(node), url);
  return (
    <>
      <Link url={url}>{children(node, context)}</Link>
      {host ? <span className="muted"> ({host})</span> : null}
    </>
  );
}

function Link({ url, children: inner }: { url: string; children: ReactNode }) {
  const href = safeUrl(url);
  const inside = use(References).inside;
  const stop = useStop();
  if (!href) return <>{inner}</>;
  const open = inside(href);
  if (open) {
    // With a key held, or another button, it is for another tab: the browser's affair.
    const onClick = (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      open();
    };
    return (
      <a href={href} tabIndex={stop} onClick={onClick}>
        {inner}
      </a>
    );
  }
  return (
    <a href={href} tabIndex={stop} target="_blank" rel="noopener noreferrer nofollow">
      {inner}
    </a>
  );
}

/** How many digits the highest number of a list has: its numbers stand before the text, however long they are. */
const digitsOf = ({ start, children: items }: List): number => String((start ?? 1) + items.length - 1).length;

/** `[ ]` or `[x]` at the beginning makes a task of it: shown, not to be ticked. */
function Item({ node, context }: { node: ListItem; context: Context }) {
  const { done, item } = taskOf(node);
  if (done === null) return <li>{children(node, context)}</li>;
  return (
    <li className="md-task">
      <input type="checkbox" checked={done} disabled aria-label={done ? t.message.done : t.message.toDo} />
      {children(item, context)}
    </li>
  );
}

function MarkdownTable({ node, context }: { node: Table; context: Context }) {
  const [head, ...rows] = node.children;
  const align = (index: number) => {
    const side = node.align?.[index];
    return side ? { style: { textAlign: side } } : {};
  };
  return (
    // Scrolls sideways, so the keyboard must be able to reach it.
    <div ref={sides} className="md-table" tabIndex={useStop(0)} role="group" aria-label={t.message.table}>
      <table>
        <thead>
          <tr>
            {head?.children.map((cell, index) => (
              <th key={index} scope="col" {...align(index)}>
                {children(cell, context)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, rowIndex) => (
            <tr key={rowIndex}>
              {row.children.map((cell, index) => (
                <td key={index} {...align(index)}>
                  {children(cell, context)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Text with mentions, and the line breaks that the writer made. */
function inline(text: string, context: Context): ReactNode {
  return text.split("\n").map((line, index) => (
    <Fragment key={index}>
      {index > 0 ? <br /> : null}
      {splitNames(line).map((piece, at) => {
        if (at % 2 === 0) return piece;
        if (piece.startsWith("#")) return <ChannelName key={at} text={piece} />;
        const target = context.mention?.(piece.slice(1));
        return target ? <Mention key={at} target={target} /> : piece;
      })}
    </Fragment>
  ));
}

function Mention({ target }: { target: MentionTarget }) {
  const stop = useStop();
  if (!target.onOpen) {
    return (
      <span className="mention" data-me={target.me || undefined}>
        {target.label}
      </span>
    );
  }
  return (
    <button
      type="button"
      className="mention"
      data-me={target.me || undefined}
      data-person={target.id}
      tabIndex={stop}
      onClick={target.onOpen}
    >
      {target.label}
    </button>
  );
}

function ChannelName({ text }: { text: string }) {
  const open = use(References).channel(text.slice(1));
  const stop = useStop();
  if (!open) return text;
  return (
    <button type="button" className="mention" tabIndex={stop} onClick={open}>
      {text}
    </button>
  );
}

function Spoiler({ children: inner }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const stop = useStop();
  if (shown)
    return (
      <span className="spoiler" data-shown="">
        {inner}
      </span>
    );
  return (
    <button
      type="button"
      className="spoiler"
      tabIndex={stop}
      aria-label={t.message.spoiler}
      onClick={() => setShown(true)}
    >
      <span aria-hidden="true">{inner}</span>
    </button>
  );
}
