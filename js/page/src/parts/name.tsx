// Names from outside, as text: nothing in them can become markup, turn the line round, or hide.
import type { JSX } from 'preact';

/** Controls, directions, and characters without a width. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u;
const PIECES = new RegExp(`(${HIDDEN.source})`, 'u');

/** A name; each character that cannot be seen is written as its code point. */
export function Name({ text }: { text: string }): JSX.Element {
  if (!HIDDEN.test(text)) return <bdi>{text}</bdi>;
  const pieces = text.split(PIECES).map((piece, index) =>
    index % 2 === 1 ? (
      <span key={index} class="hidden-character">
        {`U+${piece.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`}
      </span>
    ) : (
      piece
    ),
  );
  return <bdi>{pieces}</bdi>;
}

/** Both ends of what is too long for a sentence. */
const middle = (text: string): string => (text.length > 240 ? `${text.slice(0, 160)} … ${text.slice(-60)}` : text);

/** A message of the core: backticks stand round pieces of the input. */
export function Prose({ text }: { text: string }): JSX.Element {
  const pieces = text.split('`').map((piece, index) =>
    index % 2 === 1 ? (
      <code key={index}>
        <Name text={middle(piece)} />
      </code>
    ) : (
      piece
    ),
  );
  return <>{pieces}</>;
}
