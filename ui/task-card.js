import { ask } from './api.js';
import { $, announce, confirmed, listItem, setText } from './dom.js';
import { bytes, count, duration, moment, percent } from './format.js';
import { limitText, showLimits } from './limits.js';

const STATES = {
  STARTING: 'Starting',
  IN_PROGRESS: 'In progress',
  PAUSED: 'Paused',
  STOPPING: 'Stopping',
  STOPPED: 'Stopped',
  DONE: 'Done',
  ERROR: 'Error',
};

const PHASES = {
  FINDING_AND_COPYING: 'finding and copying',
  COPYING: 'copying',
  FINISHED: 'finished',
};

const REASONS = {
  MISSING: 'not at the destination',
  SIZE: 'different size',
  CHECKSUM: 'different content',
  VERSION: 'changed since it was copied',
  NEWER: 'newer than the copy',
  UNPROVEN: 'its copy is unproven',
  NOT_COMPARED: 'copied without comparing',
};

const lastStates = new Map();

export function createCard(id, refresh) {
  const element = $('task-template').content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(name);
  const card = {
    element,
    refresh,
    title: part('h3'),
    icon: part('use'),
    state: part('.state-text'),
    from: part('.from'),
    to: part('.to'),
    progress: part('.progress'),
    fill: part('.fill'),
    counts: part('.counts'),
    times: part('.times'),
    wait: part('.wait'),
    error: part('.error'),
    actError: part('.act-error'),
    leftovers: part('.leftovers'),
    dry: part('.dry'),
    failed: part('.failed'),
    retry: part('.retry'),
    dryRun: part('.dry-run'),
    limit: part('.limit'),
    pause: part('.pause'),
    stop: part('.stop'),
    runId: null,
    dryRunAt: null,
    isOver: false,
    isPaused: false,
  };
  card.stop.addEventListener('click', async () => {
    const name = card.title.textContent;
    const isYes = card.isOver
      ? await confirmed(`Remove “${name}” from the list? It remains under the stopped tasks, and copied objects stay at the destination.`, 'Remove from list')
      : await confirmed(`Stop “${name}” permanently? Copied objects stay at the destination.`, 'Stop task');
    if (isYes) {
      await act(card, 'mutation($id: String) { stopTask(id: $id) { id } }', id);
    }
  });
  card.retry.addEventListener('click', () => act(card, 'mutation($id: ID!) { retryFailedItems(id: $id) { id } }', id));
  card.pause.addEventListener('click', () => act(card, card.isPaused
    ? 'mutation($id: ID!) { resumeTask(id: $id) { id } }'
    : 'mutation($id: ID!) { pauseTask(id: $id) { id } }', id));
  card.dryRun.addEventListener('click', () => act(card, 'mutation($id: ID!) { startDryRun(id: $id) { id } }', id));
  card.dry.addEventListener('toggle', () => {
    if (card.dry.open) showDry(card, id);
  });
  card.limit.addEventListener('click', () => attempt(card, () => showLimits(id, card.title.textContent, refresh)));
  card.failed.addEventListener('toggle', () => {
    if (card.failed.open) showFailed(card, id);
  });
  return card;
}

async function act(card, mutation, id) {
  card.stop.disabled = card.retry.disabled = card.pause.disabled = card.dryRun.disabled = true;
  await attempt(card, () => ask(mutation, { id }));
  await card.refresh();
}

async function attempt(card, action) {
  card.actError.hidden = true;
  try {
    await action();
  } catch (error) {
    setText(card.actError, error.message);
    card.actError.hidden = false;
  }
}

async function showFailed(card, id) {
  const list = card.failed.querySelector('ul');
  try {
    const { failedItems } = await ask(
      'query($id: ID!) { failedItems(taskId: $id, first: 100) { hasNextPage items { key size attempts error } } }', { id });
    list.replaceChildren(...failedItems.items.map((item) => listItem(`${item.key} (${bytes(item.size)}, tried ${count(item.attempts)} ${item.attempts === 1 ? 'time' : 'times'}): ${item.error}`)));
    if (failedItems.hasNextPage) list.append(listItem('… and more; the API query failedItems lists all of them.'));
  } catch (error) {
    list.replaceChildren(listItem(error.message));
  }
}

async function showDry(card, id) {
  const list = card.dry.querySelector('ul');
  try {
    const { dryRunItems } = await ask('query($id: ID!) { dryRunItems(id: $id, limit: 100) { nextToken items { key size reason } } }', { id });
    list.replaceChildren(...dryRunItems.items.map((item) => listItem(`${item.key} (${bytes(item.size)}): ${REASONS[item.reason] ?? item.reason}`)));
    if (dryRunItems.nextToken) list.append(listItem('… and more; the API query dryRunItems lists all of them.'));
  } catch (error) {
    list.replaceChildren(listItem(error.message));
  }
}

function showDryRun(card, dryRun) {
  card.dry.hidden = !dryRun;
  if (!dryRun) return;
  const found = `${count(dryRun.toCopy)} of ${count(dryRun.found)} objects would be copied (${bytes(dryRun.bytes)})`;
  const state = dryRun.state === 'RUNNING' ? 'Dry run in progress, so far'
    : dryRun.state === 'ERROR' ? `Dry run failed: ${dryRun.error} Until then`
      : `Dry run of ${moment(dryRun.startedAt)}:`;
  setText(card.dry.querySelector('summary'), `${state} ${found}`);
  if (card.dryRunAt !== dryRun.startedAt) {
    card.dry.open = false;
    card.dryRunAt = dryRun.startedAt;
  }
}

export function showTask(card, task) {
  const parameters = Object.fromEntries(task.parameters.map((parameter) => [parameter.ParameterKey, parameter.ParameterValue]));
  const { run } = task;
  const name = task.description || `${root(parameters, 'src')} to ${root(parameters, 'dest')}`;
  const isWaiting = task.progress === 'IN_PROGRESS' && task.nextRunAt !== null;
  card.element.className = `task ${task.progress}`;
  card.icon.setAttribute('href', `#icon-${isWaiting ? 'WAITING' : task.progress}`);
  setText(card.title, name);
  setText(card.state, isWaiting ? 'Waiting' : STATES[task.progress] ?? task.progress);
  setText(card.from, place(parameters, 'src'));
  setText(card.to, place(parameters, 'dest'));
  setText(card.times, times(task));
  card.stop.setAttribute('aria-label', task.progress === 'DONE' ? `Remove from list: ${name}` : `Stop: ${name}`);
  // After a run that did not find and try everything, a retry runs the whole task.
  setText(card.retry, task.errorCode === 'COMPLETE_CHECK_ERROR' && run?.itemsFailed > 0 && run.itemsNotTried === 0 ? 'Retry failed objects' : 'Run again');
  card.retry.setAttribute('aria-label', `${card.retry.textContent}: ${name}`);

  showProgress(card, task, name);
  setText(card.wait, run?.waiting ? `Waiting since ${moment(run.waiting.since)}: ${run.waiting.reason}` : '');
  card.wait.hidden = !run?.waiting;
  setText(card.error, task.errorMessage ?? '');
  card.error.hidden = !task.errorMessage;
  card.leftovers.hidden = task.leftovers.length === 0;
  card.leftovers.querySelector('ul').replaceChildren(...task.leftovers.map((left) => listItem(
    left.item ? `Unfinished upload ${left.name} of ${left.item}: ${left.reason}` : left.reason)));
  showDryRun(card, task.dryRun);
  card.failed.hidden = !run || run.itemsFailed === run.itemsNotTried;
  if (card.runId !== run?.id) {
    card.failed.open = false;
    card.runId = run?.id;
  }

  // Stopping a finished task only changes the list in which it is shown.
  card.isOver = task.progress === 'DONE';
  setText(card.stop, card.isOver ? 'Remove from list' : 'Stop');
  card.stop.disabled = task.progress === 'STOPPING';
  card.stop.hidden = task.progress === 'STOPPED';
  card.limit.hidden = task.progress === 'STOPPED' || (task.progress === 'DONE' && task.endpoints.length === 0);
  card.limit.setAttribute('aria-label', `Limits: ${name}`);
  card.isPaused = task.progress === 'PAUSED';
  setText(card.pause, card.isPaused ? 'Resume' : 'Pause');
  card.pause.setAttribute('aria-label', `${card.pause.textContent}: ${name}`);
  const canPause = ['STARTING', 'IN_PROGRESS', 'PAUSED'].includes(task.progress) || (task.progress === 'ERROR' && task.nextRunAt !== null);
  card.pause.hidden = card.pause.disabled = !canPause;
  card.dryRun.setAttribute('aria-label', `Dry run: ${name}`);
  card.dryRun.hidden = ['STARTING', 'STOPPING', 'STOPPED'].includes(task.progress) || (run !== null && run.phase !== 'FINISHED');
  card.dryRun.disabled = task.dryRun?.state === 'RUNNING';
  const canRetry = task.errorCode && (task.progress === 'ERROR' || (task.progress === 'IN_PROGRESS' && run?.phase === 'FINISHED'));
  card.retry.hidden = card.retry.disabled = !canRetry;

  if (lastStates.has(task.id) && lastStates.get(task.id) !== task.progress) announce(`${name}: ${STATES[task.progress]}`);
  lastStates.set(task.id, task.progress);
}

function showProgress(card, task, name) {
  const { run } = task;
  // A run that failed before it found anything has no counts.
  card.progress.hidden = card.counts.hidden = !run || (task.errorCode !== null && run.itemsFound === 0);
  card.progress.setAttribute('aria-label', `Progress of ${name}`);
  if (!run) return;

  const isFinding = run.phase === 'FINDING_AND_COPYING';
  const isOver = run.phase === 'FINISHED';
  const done = percent(run, task.errorCode !== null);
  const so = isFinding ? '+' : '';
  card.fill.style.width = `${done}%`;
  fact(card, 'objects', `${count(run.itemsCopied)} of ${count(run.itemsToCopy)}${so}`);
  fact(card, 'bytes', `${bytes(run.bytesCopied)} of ${bytes(run.bytesToCopy)}${so}`);
  fact(card, 'rate', `${bytes(run.bytesPerSecond)}/s`);
  fact(card, 'left', isOver ? null : run.secondsLeft === null ? 'unknown' : duration(run.secondsLeft));
  fact(card, 'phase', isOver ? null : run.waiting ? `waiting, next attempt ${moment(run.waiting.nextAttempt)}` : PHASES[run.phase]);
  fact(card, 'failures', run.itemsFailed > 0 ? count(run.itemsFailed) + (run.itemsNotTried > 0 ? `, ${count(run.itemsNotTried)} of them not tried` : '') : null);
  fact(card, 'unchanged', run.itemsUnchanged > 0 ? count(run.itemsUnchanged) : null);
  fact(card, 'vanished', run.itemsVanished > 0 ? count(run.itemsVanished) : null);
  fact(card, 'limited', isOver ? null : limitText(task));
  fact(card, 'archived', run.itemsArchived > 0 ? count(run.itemsArchived) : null);

  // The percentage is unknown until everything is found; a progress bar without a value indicates that.
  if (isFinding) card.progress.removeAttribute('aria-valuenow');
  else card.progress.setAttribute('aria-valuenow', String(Math.floor(done)));
}

function fact(card, name, text) {
  const element = card.counts.querySelector(`.${name}`);
  element.hidden = text === null;
  setText(element.querySelector('dd'), text ?? '');
}

// A bucket, or the address of a store without buckets.
function root(parameters, side) {
  return parameters[`${side}Bucket`] ?? parameters[`${side}Endpoint`] ?? '?';
}

function place(parameters, side) {
  const endpoint = parameters[`${side}Bucket`] && parameters[`${side}Endpoint`];
  const prefix = parameters[`${side}Prefix`];
  const list = parameters[`${side}PrefixsListFile`];
  return `${root(parameters, side)}${prefix ? `/${prefix}` : ''}${list ? ` (prefixes in ${list})` : ''}${endpoint ? ` at ${endpoint}` : ''}`;
}

function times(task) {
  const parts = [`created ${moment(task.createdAt)}`];
  if (task.run?.finishedAt) {
    const seconds = (new Date(task.run.finishedAt) - new Date(task.run.startedAt)) / 1000;
    parts.push(`last run took ${duration(seconds)}`);
  }
  if (task.nextRunAt) parts.push(`next run ${moment(task.nextRunAt)}`);
  if (task.stoppedAt) parts.push(`stopped ${moment(task.stoppedAt)}`);
  const text = parts.join(' · ');
  return text[0].toUpperCase() + text.slice(1);
}
