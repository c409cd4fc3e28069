import { ask, RequestError } from './api.js';
import { bytes, count, duration, moment, percent } from './format.js';

const PAGE_SIZE = 20;
const POLL_MS = 1000;

const TASKS = `query Tasks($progress: TaskProgress, $page: Int, $count: Int) {
  listTasksV2(progress: $progress, page: $page, count: $count) {
    total
    items {
      id description progress scheduleType createdAt stoppedAt nextRunAt errorCode errorMessage
      parameters { ParameterKey ParameterValue }
      run {
        id phase objectsFound objectsToCopy objectsCopied objectsFailed objectsSkipped bytesFound bytesToCopy bytesCopied
        bytesPerSecond objectsPerSecond secondsLeft startedAt finishedAt
      }
    }
  }
}`;

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

const $ = (id) => document.getElementById(id);
const cards = new Map();
const lastStates = new Map();
let page = 1;
let refreshing = null;

// ---- tasks ----

function createCard(id) {
  const element = $('task-template').content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(name);
  const card = {
    element,
    title: part('h3'),
    state: part('.state'),
    route: part('.route'),
    progress: part('.progress'),
    fill: part('.fill'),
    counts: part('.counts'),
    times: part('.times'),
    error: part('.error'),
    failed: part('.failed'),
    retry: part('.retry'),
    stop: part('.stop'),
    runId: null,
  };
  card.stop.addEventListener('click', () => {
    if (confirm('Stop this task for good? What was copied stays at the destination.')) {
      act(card, 'mutation($id: String) { stopTask(id: $id) { id } }', id);
    }
  });
  card.retry.addEventListener('click', () => act(card, 'mutation($id: ID!) { retryFailedObjects(id: $id) { id } }', id));
  card.failed.addEventListener('toggle', () => {
    if (card.failed.open) showFailed(card, id);
  });
  return card;
}

async function act(card, mutation, id) {
  card.stop.disabled = card.retry.disabled = true;
  try {
    await ask(mutation, { id });
  } catch (error) {
    announce(error.message);
    alert(error.message);
  }
  await refresh();
}

async function showFailed(card, id) {
  const list = card.failed.querySelector('ul');
  try {
    const { failedObjects } = await ask(
      'query($id: ID!) { failedObjects(taskId: $id, first: 100) { hasNextPage items { key size attempts error } } }', { id });
    list.replaceChildren(...failedObjects.items.map((item) => listItem(`${item.key} (${bytes(item.size)}, ${item.attempts} attempts): ${item.error}`)));
    if (failedObjects.hasNextPage) list.append(listItem('… and more: the API lists them all.'));
  } catch (error) {
    list.replaceChildren(listItem(error.message));
  }
}

function listItem(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

function showTask(card, task) {
  const parameters = Object.fromEntries(task.parameters.map((parameter) => [parameter.ParameterKey, parameter.ParameterValue]));
  const { run } = task;
  const name = task.description || `${parameters.srcBucket} to ${parameters.destBucket}`;
  card.element.className = `task ${task.progress}`;
  setText(card.title, name);
  setText(card.state, STATES[task.progress] ?? task.progress);
  setText(card.route, `${place(parameters, 'src')} → ${place(parameters, 'dest')}`);
  setText(card.times, times(task));
  card.stop.setAttribute('aria-label', `Stop ${name}`);
  card.retry.setAttribute('aria-label', `Retry what failed in ${name}`);

  showProgress(card, task, name);
  setText(card.error, task.errorMessage ?? '');
  card.error.hidden = !task.errorMessage;
  card.failed.hidden = !run || run.objectsFailed === 0;
  if (card.runId !== run?.id) {
    card.failed.open = false;
    card.runId = run?.id;
  }

  card.stop.disabled = task.progress === 'STOPPING';
  card.stop.hidden = task.progress === 'STOPPED';
  const canRetry = task.errorCode && (task.progress === 'ERROR' || (task.progress === 'IN_PROGRESS' && run?.phase === 'FINISHED'));
  card.retry.hidden = !canRetry;
  card.retry.disabled = !canRetry;

  if (lastStates.has(task.id) && lastStates.get(task.id) !== task.progress) announce(`${name}: ${STATES[task.progress]}`);
  lastStates.set(task.id, task.progress);
}

function showProgress(card, task, name) {
  const { run } = task;
  card.progress.hidden = !run;
  card.progress.setAttribute('aria-label', `Progress of ${name}`);
  if (!run) {
    setText(card.counts, 'No run yet.');
    return;
  }

  const isFinding = run.phase === 'FINDING_AND_COPYING';
  const done = percent(run);
  card.fill.style.width = `${done}%`;
  const parts = [
    PHASES[run.phase],
    `${count(run.objectsCopied)} of ${count(run.objectsToCopy)}${isFinding ? '+' : ''} objects`,
    `${bytes(run.bytesCopied)} of ${bytes(run.bytesToCopy)}${isFinding ? '+' : ''}`,
    `${bytes(run.bytesPerSecond)}/s`,
  ];
  if (run.objectsSkipped > 0) parts.push(`${count(run.objectsSkipped)} skipped`);
  if (run.objectsFailed > 0) parts.push(`${count(run.objectsFailed)} failed`);
  if (run.phase !== 'FINISHED') parts.push(run.secondsLeft === null ? 'time left unknown' : `${duration(run.secondsLeft)} left`);
  const text = parts.join(' · ');
  setText(card.counts, text);

  // Until everything is found the share done is not known: a progress bar without a value says so.
  if (isFinding) card.progress.removeAttribute('aria-valuenow');
  else card.progress.setAttribute('aria-valuenow', String(Math.floor(done)));
  card.progress.setAttribute('aria-valuetext', text);
}

function place(parameters, side) {
  const endpoint = parameters[`${side}Endpoint`];
  const prefix = parameters[`${side}Prefix`];
  return `${endpoint ? `${endpoint} ` : ''}${parameters[`${side}Bucket`] ?? '?'}${prefix ? `/${prefix}` : ''}`;
}

function times(task) {
  const parts = [`created ${moment(task.createdAt)}`];
  if (task.run?.finishedAt) {
    const seconds = (new Date(task.run.finishedAt) - new Date(task.run.startedAt)) / 1000;
    parts.push(`last run ended ${moment(task.run.finishedAt)} after ${duration(seconds)}`);
  }
  if (task.nextRunAt) parts.push(`next run ${moment(task.nextRunAt)}`);
  if (task.stoppedAt) parts.push(`stopped ${moment(task.stoppedAt)}`);
  return parts.join(' · ');
}

// Writing only what changed keeps selections and screen readers undisturbed.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function announce(text) {
  $('announcer').textContent = text;
}

function refresh() {
  refreshing ??= load().finally(() => { refreshing = null; });
  return refreshing;
}

async function load() {
  try {
    const { listTasksV2: list } = await ask(TASKS, { progress: $('filter').value || null, page, count: PAGE_SIZE });
    if ((page - 1) * PAGE_SIZE >= list.total) page = 1;
    const shown = list.items.map((task) => {
      if (!cards.has(task.id)) cards.set(task.id, createCard(task.id));
      const card = cards.get(task.id);
      showTask(card, task);
      return card.element;
    });
    const current = [...$('tasks').children];
    if (current.length !== shown.length || shown.some((element, index) => element !== current[index])) $('tasks').replaceChildren(...shown);

    const filtered = $('filter').value !== '';
    setText($('tasks-state'), list.total === 0
      ? filtered ? 'No task is in that state.' : 'No tasks yet. Create the first one below.'
      : `${count(list.total)} ${list.total === 1 ? 'task' : 'tasks'}`);
    const pages = Math.max(1, Math.ceil(list.total / PAGE_SIZE));
    $('pager').hidden = pages === 1;
    setText($('page-number'), `Page ${page} of ${pages}`);
    $('newer').disabled = page === 1;
    $('older').disabled = page === pages;
    $('connection').hidden = true;
  } catch (error) {
    setText($('connection'), `The hub does not answer: ${error.message} What is shown may be old; trying again.`);
    $('connection').hidden = false;
    if (cards.size === 0) setText($('tasks-state'), 'The tasks could not be loaded.');
  }
}

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL_MS);
}

// ---- secrets ----

async function loadSecrets() {
  const { listSecrets } = await ask('{ listSecrets { name description } }');
  for (const select of document.querySelectorAll('select.secrets')) {
    const chosen = select.value;
    const none = select.options[0];
    select.replaceChildren(none, ...listSecrets.map(({ name }) => new Option(name, name)));
    select.value = chosen;
  }
  $('secrets').replaceChildren(...(listSecrets.length === 0
    ? [listItem('No secrets yet.')]
    : listSecrets.map((secret) => {
      const item = listItem(`${secret.name}${secret.description ? `: ${secret.description}` : ''} `);
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Delete';
      button.setAttribute('aria-label', `Delete the secret ${secret.name}`);
      button.addEventListener('click', () => deleteSecret(secret.name));
      item.append(button);
      return item;
    })));
}

async function deleteSecret(name) {
  if (!confirm(`Delete the secret ${name}?`)) return;
  try {
    await ask('mutation($name: String!) { deleteSecret(name: $name) { name } }', { name });
    announce(`The secret ${name} is deleted.`);
  } catch (error) {
    announce(error.message);
    alert(error.message);
  }
  await loadSecrets();
}

// ---- forms ----

function onSubmit(form, send) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const errorBox = form.querySelector('.form-error');
    const button = form.querySelector('button[type=submit]');
    form.querySelectorAll('[aria-invalid]').forEach((field) => field.removeAttribute('aria-invalid'));
    errorBox.hidden = true;
    const missing = [...form.querySelectorAll('[required]')].filter((field) => !field.value.trim());
    if (missing.length > 0) {
      fail(errorBox, missing, 'Fill in what is marked as required.');
      return;
    }

    button.disabled = true;
    try {
      await send(new FormData(form));
    } catch (error) {
      const fields = (error instanceof RequestError ? error.fields : []).map(({ field }) => form.elements.namedItem(field)).filter(Boolean);
      fail(errorBox, fields, error.message);
    } finally {
      button.disabled = false;
    }
  });
}

function fail(errorBox, fields, message) {
  errorBox.textContent = message;
  errorBox.hidden = false;
  fields.forEach((field) => field.setAttribute('aria-invalid', 'true'));
  fields[0]?.focus();
}

onSubmit($('create-task'), async (data) => {
  const isOnce = data.get('scheduleType') === 'ONE_TIME';
  const parameters = [...data.entries()]
    .filter(([name, value]) => value.trim() !== '' && name !== 'description' && name !== 'scheduleType' && !(isOnce && name === 'ec2CronExpression'))
    .map(([name, value]) => ({ ParameterKey: name, ParameterValue: name.endsWith('Prefix') ? encodeURIComponent(value) : value.trim() }));
  for (const side of ['src', 'dest']) {
    parameters.push({ ParameterKey: `${side}InCurrentAccount`, ParameterValue: 'false' });
  }
  await ask('mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }', {
    input: { type: 'S3EC2', description: data.get('description'), scheduleType: data.get('scheduleType'), parameters },
  });
  announce('The task is created.');
  page = 1;
  $('filter').value = '';
  await refresh();
  $('tasks-heading').focus();
});

onSubmit($('create-secret'), async (data) => {
  const value = { access_key_id: data.get('accessKey').trim(), secret_access_key: data.get('secretKey').trim() };
  if (data.get('sessionToken').trim()) value.session_token = data.get('sessionToken').trim();
  await ask('mutation($input: SecretInput!) { createSecret(input: $input) { name } }', {
    input: { name: data.get('name').trim(), description: data.get('description') || null, value: JSON.stringify(value) },
  });
  $('create-secret').reset();
  announce('The secret is kept.');
  await loadSecrets();
});

$('scheduleType').addEventListener('change', (event) => { $('cron-field').hidden = event.target.value === 'ONE_TIME'; });
$('filter').addEventListener('change', () => { page = 1; refresh(); });
$('newer').addEventListener('click', () => { page -= 1; refresh(); });
$('older').addEventListener('click', () => { page += 1; refresh(); });
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });

loadSecrets().catch(() => { /* The banner of the task list tells that the hub does not answer. */ });
poll();
