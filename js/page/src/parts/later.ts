// The views that nobody sees first: they come when the page is at rest, or when one is wanted.
export { PictureView as picture } from './picture.js';
export { TakeAway as take } from './take-away.js';
export { TreeView as tree } from './tree-view.js';
export { WhatIf as whatIf } from './what-if.js';
