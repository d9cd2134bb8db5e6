// Names from outside, as text: nothing in them can become markup, turn the line round, or hide.
import type { JSX } from 'preact';

/** Controls, directions, characters without a width or a shape, and spaces that look like others. */
const HIDDEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\ufff9-\ufffb]/u;
const PIECES = new RegExp(`(${HIDDEN.source})`, 'u');

/** Text in which each character that cannot be seen is written as its code point. */
function Shown({ text }: { text: string }): JSX.Element {
  if (!HIDDEN.test(text)) return <>{text}</>;
  const pieces = text.split(PIECES).map((piece, index) =>
    index % 2 === 1 ? (
      <span key={index} class="hidden-character">
        {`U+${piece.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`}
      </span>
    ) : (
      piece
    ),
  );
  return <>{pieces}</>;
}

/** A name, whose direction is its own. */
export function Name({ text }: { text: string }): JSX.Element {
  return <bdi><Shown text={text} /></bdi>;
}

/** Both ends of what is too long for a sentence. */
const middle = (text: string): string => (text.length > 240 ? `${text.slice(0, 160)} … ${text.slice(-60)}` : text);

/** The backticks of a message stand before and behind a word; those within a name mostly do not. */
const OPENING = /(?<![^\s([=,])`/g;
const CLOSING = /`(?![^\s.,;:)\]’'?])/g;

/** A message of the core: backticks stand round pieces of the input. A piece with such backticks leaves its box, but nothing in it hides. */
export function Prose({ text }: { text: string }): JSX.Element {
  const pieces = boxed(text).map((piece, index) =>
    index % 2 === 1 ? (
      <code key={index}>
        <Name text={middle(piece)} />
      </code>
    ) : (
      <Name key={index} text={piece} />
    ),
  );
  return <>{pieces}</>;
}

/** The pieces of a message, every second one from between backticks. No piece is looked at twice: a name can be very long. */
function boxed(text: string): string[] {
  const pieces: string[] = [];
  let at = 0;
  for (;;) {
    const opening = next(OPENING, text, at);
    const closing = opening < 0 ? -1 : next(CLOSING, text, opening + 2);
    if (closing < 0) return [...pieces, text.slice(at)];
    pieces.push(text.slice(at, opening), text.slice(opening + 1, closing));
    at = closing + 1;
  }
}

function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}
