// Starts the page.
import { render } from 'preact';

import { App } from './app.js';
import { Client } from './engine/client.js';
import { core, spawn } from './engine/start.js';
import { speak } from './language/index.js';
import { takeFragment } from './link.js';
import { loadLater } from './parts/views.js';
import { Session } from './session.js';
import './style/index.css';

const session = new Session(new Client(core(), spawn));

async function takeLink(): Promise<void> {
  session.notice.value = (await takeFragment(location.hash, session)) ? undefined : 'linkBroken';
}

async function begin(): Promise<void> {
  const spoken = await speak().then(() => true, () => false);
  await takeLink();
  if (!spoken) session.notice.value = 'languageFailed';
  render(<App session={session} />, document.getElementById('page')!);
  addEventListener('hashchange', () => void takeLink());
  // What is left comes now, so that nothing is asked for later, also without a network.
  const rest = () => [loadLater(), import('./examples/index.js'), import('./language/ja.js'), import('./editor/editor.js')];
  const parts = await Promise.allSettled([session.client.started.then(() => Promise.all(rest()))]);
  if (parts.some(({ status }) => status === 'rejected')) session.notice.value ??= 'partMissing';
  document.documentElement.dataset['loaded'] = '';
}

void begin();
