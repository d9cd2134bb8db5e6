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
  await speak();
  await takeLink();
  render(<App session={session} />, document.getElementById('page')!);
  addEventListener('hashchange', () => void takeLink());
  // What is left comes now, so that nothing is asked for later, also without a network.
  await session.client.started;
  await Promise.all([loadLater(), import('./examples/index.js'), import('./language/ja.js'), import('./editor/editor.js')]);
  document.documentElement.dataset['loaded'] = '';
}

void begin();
