// The mark: three arches of a loggia, open to whoever comes by.

export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        d="M3 4.5h26a1 1 0 0 1 1 1V8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1M2 27V15.5a4.5 4.5 0 0 1 9 0V27H8.5V15.5a2 2 0 0 0-4 0V27zM10.5 27V15.5a5.5 5.5 0 0 1 11 0V27H19V15.5a3 3 0 0 0-6 0V27zM21 27V15.5a4.5 4.5 0 0 1 9 0V27h-2.5V15.5a2 2 0 0 0-4 0V27z"
      />
    </svg>
  );
}

export function Wordmark({ size = 28 }: { size?: number }) {
  return (
    <span className="wordmark" style={{ fontSize: size * 0.72 }}>
      <Mark size={size} />
      Loggia
    </span>
  );
}

/** A quiet arcade for empty places. */
export function Arcade() {
  return (
    <svg
      className="empty-art"
      width="168"
      height="84"
      viewBox="0 0 168 84"
      aria-hidden="true"
      focusable="false"
    >
      <g fill="none" stroke="currentColor" strokeWidth="3" strokeLinecap="round">
        <path d="M6 8h156" />
        <path d="M12 80V44a20 20 0 0 1 40 0v36M64 80V44a20 20 0 0 1 40 0v36M116 80V44a20 20 0 0 1 40 0v36" />
        <path d="M4 80h160" opacity="0.4" />
      </g>
      <circle cx="84" cy="50" r="9" fill="currentColor" opacity="0.9" />
      <path d="M68 80a16 16 0 0 1 32 0z" fill="currentColor" opacity="0.9" />
    </svg>
  );
}
