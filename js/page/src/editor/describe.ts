// What a field of the policy means, when the pointer rests on its name.
import { syntaxTree } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';

import { nameOf, resolved, schemaOf, type Schema } from './schema.js';

export function describe(root: Schema): Extension {
  return hoverTooltip(({ state }, pos) => {
    const node = syntaxTree(state).resolveInner(pos);
    const property = node.name === 'PropertyName' ? node.parent : null;
    const holder = property?.parent && schemaOf(property.parent, state, root);
    const raw = property && holder?.properties?.[nameOf(property, state) ?? ''];
    const description = raw && resolved(raw, root).description;
    if (!description) return null;
    return {
      pos: node.from,
      end: node.to,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'cm-completionInfo';
        dom.textContent = description;
        return { dom };
      },
    };
  });
}
