// How wide an element is, for what is drawn and for what needs room.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A reference for the element, and its width; a guess until it is there. */
export function useWidth(guess: number): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(guess);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? guess));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
