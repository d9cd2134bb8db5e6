// Files that are dropped: on a field as its content, anywhere else as a diff.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { useWords } from '../language/index.js';
import type { Session } from '../session.js';

export function Drop({ session }: { session: Session }): JSX.Element | null {
  const w = useWords();
  const over = useSignal(false);
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over.value = true;
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const onDrop = (event: DragEvent) => {
      over.value = false;
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      void take(session, fieldAt(event.target), files);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, []);
  if (!over.value) return null;
  return (
    <div class="drop" aria-hidden="true">
      <p>{w.drop}</p>
      <p>{w.dropHint}</p>
    </div>
  );
}

function fieldAt(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-field]')?.dataset['field'] : undefined;
}

async function take(session: Session, field: string | undefined, files: File[]): Promise<void> {
  if (field === 'policy') await session.readPolicy(files);
  else if (field === 'live' || field === 'configs') session[field].add(files, '');
  else session.diffs.add(files, '');
}
