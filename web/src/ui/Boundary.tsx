// Keeps a fault in one part, or a part that cannot be loaded, from taking the rest of the page with it.

import { Component, type ReactNode } from "react";
import { forgetFailed } from "./later";

interface BoundaryProps {
  /** What is shown instead; it may be handed what tries again. */
  fallback: ReactNode | ((retry: () => void) => ReactNode);
  onFail?: () => void;
  children: ReactNode;
}

export class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(): void {
    this.props.onFail?.();
  }

  override componentWillUnmount(): void {
    // Opened once more, it is tried once more.
    if (this.state.failed) forgetFailed();
  }

  private readonly retry = (): void => {
    forgetFailed();
    this.setState({ failed: false });
  };

  override render(): ReactNode {
    const { fallback, children } = this.props;
    if (!this.state.failed) return children;
    return typeof fallback === "function" ? fallback(this.retry) : fallback;
  }
}
