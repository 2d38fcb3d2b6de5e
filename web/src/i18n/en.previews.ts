// What is said about previews of links.

export const previews = {
  label: (host: string) => `Preview of ${host}`,
  arrived: (host: string, title: string) => `A preview of ${host} goes with your message: ${title}.`,
  leaveOut: (host: string) => `Leave out the preview of ${host}`,
  leftOut: (host: string) => `The preview of ${host} was left out.`,
  remove: (host: string) => `Remove the preview of ${host}`,
  removed: "The preview was removed.",
  setting: "Link previews",
  settingHint:
    "Show them with what I write. Your server looks up the pages that you link to; nobody does who reads your messages.",
};
