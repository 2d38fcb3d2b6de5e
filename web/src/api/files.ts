// Files over HTTP: small ones in one request, large ones in parts that survive a broken connection (tus).

import { ApiError, isAborted, own, problemOf, sessionSignal, SILENCE_MS_MAX } from "./http";
import { onLineBack, untilLine } from "./line";
import type { Attachment, Channel, User } from "./types";

const BASE = "/api/v1";
/** Beyond it a file goes in parts. */
const AT_ONCE_BYTES_MAX = 5 * 1024 * 1024;
const PART_BYTES = 8 * 1024 * 1024;
const RETRY_DELAYS_MS = [0, 1_000, 3_000, 8_000, 20_000];
/** Once all bytes are there the server has to look through them. */
const ANSWER_MS_MAX = 120_000;
/** An attempt that was silent for so long when the line came back was on the one before. */
const QUIET_MS = 5_000;
/** Another request has the upload, or had it a moment ago. */
const BUSY = new Set([409, 423]);
const TUS = { "tus-resumable": "1.0.0" };

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

/** What refused for the moment only is tried again, by itself and a few times; without a network, when there is one. */
export async function uploadFile(file: File, options: UploadOptions): Promise<Uploaded> {
  const { signal } = options;
  let { begun } = options;
  let furthest = 0;
  let tries = 0;
  const onProgress = (part: number) => {
    // Whoever gets on is not about to give up.
    if (part > furthest) [furthest, tries] = [part, 0];
    options.onProgress(part);
  };
  const onBegun = (url: string) => {
    begun = url;
    options.onBegun?.(url);
  };
  const once = file.size > AT_ONCE_BYTES_MAX ? inParts : atOnce;
  for (;;) {
    try {
      return await once(file, { signal, onProgress, begun, onBegun });
    } catch (error) {
      const pause = RETRY_DELAYS_MS[tries++];
      if (signal.aborted || !passes(error) || pause === undefined) throw error;
      await untilLine(pause, signal);
      if (signal.aborted && begun)
        void fetch(begun, { method: "DELETE", headers: TUS }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }
}

/** Whether the same may be taken soon. */
export const passes = (error: unknown): boolean =>
  error instanceof ApiError && (error.temporary || BUSY.has(error.status));

/** Gives an attempt up of which nothing is heard for too long, or when the line it was on is gone. */
function listening(giveUp: () => void, until: AbortSignal): (part: number) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = performance.now();
  const heard = (part: number) => {
    at = performance.now();
    clearTimeout(timer);
    if (!until.aborted) timer = setTimeout(giveUp, part < 1 ? SILENCE_MS_MAX : ANSWER_MS_MAX);
  };
  onLineBack(() => {
    if (performance.now() - at > QUIET_MS) giveUp();
  }, until);
  until.addEventListener("abort", () => clearTimeout(timer), { once: true });
  heard(0);
  return heard;
}

/** XMLHttpRequest, because fetch does not tell how far an upload is. */
function atOnce(file: File, { signal, onProgress }: UploadOptions): Promise<Uploaded> {
  const over = new AbortController();
  const attempt = new Promise<Uploaded>((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const giveUp = () => {
      request.abort();
      reject(problemOf(null, undefined));
    };
    const heard = listening(giveUp, over.signal);
    request.open("POST", `${BASE}/files?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => {
      const part = total > 0 ? loaded / total : 1;
      heard(part);
      onProgress(part);
    };
    request.onload = () => {
      const { status, response } = request as { status: number; response: Partial<Uploaded> | null };
      if (status === 201 && response?.hash) resolve(response as Uploaded);
      else reject(problemOf(response, new Response(null, { status })));
    };
    request.onerror = () => reject(problemOf(null, undefined));
    signal.addEventListener(
      "abort",
      () => {
        reject(new DOMException("", "AbortError"));
        request.abort();
      },
      { signal: over.signal },
    );
    request.send(file);
  });
  return attempt.finally(() => over.abort());
}

async function inParts(file: File, { signal, onProgress, begun, onBegun }: UploadOptions): Promise<Uploaded> {
  const { Upload, DetailedError } = await import("tus-js-client");
  signal.throwIfAborted();
  const over = new AbortController();
  const attempt = new Promise<Uploaded>((resolve, reject) => {
    let hash = "";
    const giveUp = () => {
      void upload.abort().catch(() => undefined);
      reject(problemOf(null, undefined));
    };
    const heard = listening(giveUp, over.signal);
    const upload = new Upload(file, {
      endpoint: `${BASE}/files`,
      metadata: { filename: file.name },
      chunkSize: PART_BYTES,
      // Whether and when it is tried again is for `uploadFile` to say.
      retryDelays: null,
      storeFingerprintForResuming: false,
      ...(begun ? { uploadUrl: begun } : {}),
      onUploadUrlAvailable: () => {
        if (upload.url) onBegun?.(upload.url);
      },
      onProgress: (sent, total) => {
        const part = total > 0 ? sent / total : 1;
        heard(part);
        onProgress(part);
      },
      onAfterResponse: (_, response) => {
        hash = response.getHeader("loggia-file") ?? hash;
      },
      onSuccess: () => resolve({ hash, name: file.name }),
      onError: (error) => {
        const response = error instanceof DetailedError ? error.originalResponse : null;
        if (!response) return reject(problemOf(null, undefined));
        reject(problemOf(parsed(response.getBody()), new Response(null, { status: response.getStatus() })));
      },
    });
    signal.addEventListener(
      "abort",
      () => {
        void upload.abort(true).catch(() => undefined);
        reject(new DOMException("", "AbortError"));
      },
      { signal: over.signal },
    );
    upload.start();
  });
  return attempt.finally(() => over.abort());
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
  })
    // What stands in between has not done it.
    .then(own)
    .catch((error: unknown) => {
      if (isAborted(error) || error instanceof ApiError) throw error;
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
