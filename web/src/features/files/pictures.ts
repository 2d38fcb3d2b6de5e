import { fileUrl } from "../../api/files";

/** Where the picture of a channel is, if it has one. */
export const pictureUrl = (of: { avatar?: string | null | undefined }): string | null =>
  of.avatar ? fileUrl({ hash: of.avatar, name: "picture" }) : null;
