import { $ } from './dom.js';
import './new-task.js';
import { loadSecrets } from './secrets.js';
import { refresh } from './tasks.js';

const POLL_MS = 1000;

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MS);
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
// A heading gets the focus when its link is used, so that Tab continues from there.
for (const link of document.querySelectorAll('a[href^="#"]')) {
  link.addEventListener('click', () => $(link.getAttribute('href').slice(1)).focus());
}

loadSecrets();
poll();
