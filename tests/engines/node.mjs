// The module in Node, as the npm package loads it.
import { askText } from '../../js/dist/index.js';
import { serve } from './frames.mjs';

await serve(([request, ...attachments]) => askText(request, attachments));
