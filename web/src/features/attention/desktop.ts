// A notification of the system. Where pages may not make one (Android), the service worker does.

interface Shown {
  title: string;
  body: string;
  tag: string;
  channel: string;
  message: string;
  onClick: () => void;
}

const ICON = "/icons/icon-192.png";

export async function showDesktop({ title, body, tag, channel, message, onClick }: Shown): Promise<void> {
  const options = { body, tag, icon: ICON, data: { channel, message } };
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      window.focus();
      onClick();
      notification.close();
    };
  } catch {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.showNotification(title, options);
  }
}
