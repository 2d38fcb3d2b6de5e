import { fileUrl } from "../../api/files";

/** Whether browsers show files of the type as pictures. */
export const isPictureType = (type: string): boolean => /^image\/(png|jpeg|gif|webp)$/.test(type);

/** Where the picture of a channel is, if it has one. */
export const pictureUrl = (of: { avatar?: string | null | undefined }): string | null =>
  of.avatar ? fileUrl({ hash: of.avatar, name: "picture" }) : null;
