// Files over HTTP: small ones in one request, large ones in parts that survive a broken connection (tus).

import { isAborted, problemOf, sessionSignal } from "./http";
import type { Attachment, Channel, User } from "./types";

const BASE = "/api/v1";
/** Beyond it a file goes in parts. */
const AT_ONCE_BYTES_MAX = 5 * 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const RETRY_DELAYS_MS = [0, 1_000, 3_000, 8_000, 20_000];

/** What a message is told of a file that is there. */
export type Uploaded = Pick<Attachment, "hash" | "name">;

/** What a message that carries it says of it. */
export type Carried = Pick<Attachment, "hash" | "name" | "description">;

export interface UploadOptions {
  signal: AbortSignal;
  /** From 0 to 1. */
  onProgress: (part: number) => void;
  /** Where an earlier attempt left its parts: it goes on there. */
  begun?: string | undefined;
  /** Where the parts are put. */
  onBegun?: (url: string) => void;
}

export function uploadFile(file: File, options: UploadOptions): Promise<Uploaded> {
  return file.size > AT_ONCE_BYTES_MAX ? inParts(file, options) : atOnce(file, options);
}

/** XMLHttpRequest, because fetch does not tell how far an upload is. */
function atOnce(file: File, { signal, onProgress }: UploadOptions): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${BASE}/files?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 1);
    request.onload = () => {
      if (request.status === 201) resolve(request.response as Uploaded);
      else reject(problemOf(request.response, new Response(null, { status: request.status })));
    };
    request.onerror = () => reject(problemOf(null, undefined));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** Statuses that refuse for the moment only. */
const PASSING = new Set([409, 423, 429]);

/** Whether a part is sent again soon; without a network it waits until there is one. */
export const goesOn = (status: number, online: boolean): boolean =>
  online && (status < 400 || status >= 500 || PASSING.has(status));

async function inParts(file: File, options: UploadOptions): Promise<Uploaded> {
  const { signal, onProgress, begun, onBegun } = options;
  const { Upload, DetailedError } = await import("tus-js-client");
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    let hash = "";
    const upload = new Upload(file, {
      endpoint: `${BASE}/files`,
      metadata: { filename: file.name },
      chunkSize: PART_BYTES,
      retryDelays: RETRY_DELAYS_MS,
      storeFingerprintForResuming: false,
      ...(begun ? { uploadUrl: begun } : {}),
      onUploadUrlAvailable: () => {
        if (upload.url) onBegun?.(upload.url);
      },
      onShouldRetry: (error) => goesOn(error.originalResponse?.getStatus() ?? 0, navigator.onLine),
      onProgress: (sent, total) => onProgress(total > 0 ? sent / total : 1),
      onAfterResponse: (_, response) => {
        hash = response.getHeader("loggia-file") ?? hash;
      },
      onSuccess: () => resolve({ hash, name: file.name }),
      onError: (error) => {
        const response = error instanceof DetailedError ? error.originalResponse : null;
        if (!response && !navigator.onLine && !signal.aborted) {
          addEventListener("online", () => upload.start(), { once: true, signal });
          return;
        }
        if (!response) return reject(problemOf(null, undefined));
        reject(problemOf(parsed(response.getBody()), new Response(null, { status: response.getStatus() })));
      },
    });
    signal.addEventListener("abort", () => {
      void upload.abort(true).catch(() => undefined);
      reject(new DOMException("", "AbortError"));
    });
    upload.start();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const setAvatar = (picture: Blob | null) => setPicture<User>("/me/avatar", picture);

export const setChannelAvatar = (channel: string, picture: Blob | null) =>
  setPicture<Channel>(`/channels/${encodeURIComponent(channel)}/avatar`, picture);

/** What has the picture now; nothing when it was taken away. */
async function setPicture<T>(path: string, picture: Blob | null): Promise<T | null> {
  const method = picture ? "PUT" : "DELETE";
  const response = await fetch(`${BASE}${path}`, {
    method,
    signal: sessionSignal(),
    ...(picture ? { body: picture, headers: { "content-type": "application/octet-stream" } } : {}),
  }).catch((error: unknown) => {
    if (isAborted(error)) throw error;
    return undefined;
  });
  if (!response?.ok) throw problemOf(response ? await response.json().catch(() => null) : null, response);
  return picture ? ((await response.json()) as T) : null;
}

export const fileUrl = ({ hash, name }: Uploaded): string =>
  `${BASE}/files/${encodeURIComponent(hash)}/${encodeURIComponent(name)}`;

/** `size` is one that the server makes: 96, 320, 640, 1280. */
export const thumbnailUrl = (hash: string, size: 96 | 320 | 640 | 1280): string =>
  `${BASE}/files/${encodeURIComponent(hash)}/thumbnail?size=${size}`;
