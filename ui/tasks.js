import { ask } from './api.js';
import { $, announce, setText } from './dom.js';
import { count } from './format.js';
import { createCard, showTask } from './task-card.js';

const PAGE_SIZE = 20;

const TASKS = `query Tasks($progress: TaskProgress, $page: Int, $count: Int) {
  listTasksV2(progress: $progress, page: $page, count: $count) {
    total
    items {
      id description progress scheduleType createdAt stoppedAt nextRunAt errorCode errorMessage
      parameters { ParameterKey ParameterValue }
      leftovers { item name reason }
      limits { bytesPerSecond requestsPerSecond }
      endpoints { name limits { bytesPerSecond requestsPerSecond } }
      dryRun { state found toCopy bytes startedAt endedAt error }
      run {
        id phase itemsFound itemsToCopy itemsCopied itemsFailed itemsNotTried waiting { reason since nextAttempt } itemsUnchanged itemsVanished itemsArchived bytesFound bytesToCopy bytesCopied
        bytesPerSecond itemsPerSecond secondsLeft startedAt finishedAt
      }
    }
  }
}`;

const cards = new Map();
let page = 1;
let refreshing = null;

export function refresh() {
  refreshing ??= load().finally(() => { refreshing = null; });
  return refreshing;
}

export async function showNewest() {
  page = 1;
  $('filter').value = '';
  await refresh();
  $('tasks-heading').focus();
  $('tasks-heading').scrollIntoView();
}

async function load() {
  try {
    const { listTasksV2: list } = await ask(TASKS, { progress: $('filter').value || null, page, count: PAGE_SIZE });
    if ((page - 1) * PAGE_SIZE >= list.total) page = 1;
    showList(list);
    $('connection').hidden = true;
    document.body.classList.remove('stale');
  } catch (error) {
    setText($('connection'), `The hub is not responding: ${error.message} Is it running? The data shown may be out of date; retrying.`);
    $('connection').hidden = false;
    document.body.classList.add('stale');
    if (cards.size === 0) setText($('tasks-state'), 'could not be loaded');
  }
}

function showList(list) {
  const shown = list.items.map((task) => {
    if (!cards.has(task.id)) cards.set(task.id, createCard(task.id, refresh));
    const card = cards.get(task.id);
    showTask(card, task);
    return card.element;
  });
  const current = [...$('tasks').children];
  if (current.length !== shown.length || shown.some((element, index) => element !== current[index])) $('tasks').replaceChildren(...shown);

  setText($('tasks-state'), list.total === 0 ? '' : count(list.total));
  setText($('empty'), $('filter').value === '' ? 'No tasks yet. Save the access keys of your stores as secrets, then create the first task below.' : 'There are no tasks in this state.');
  $('empty').hidden = list.total > 0;
  const pages = Math.max(1, Math.ceil(list.total / PAGE_SIZE));
  $('pager').hidden = pages === 1;
  setText($('page-number'), `Page ${page} of ${pages}`);
  $('newer').disabled = page === 1;
  $('older').disabled = page === pages;
}

async function turnTo(number) {
  page = number;
  // A pending response belongs to the previous page.
  await refreshing;
  await refresh();
  announce($('pager').hidden ? '' : $('page-number').textContent);
}

$('filter').addEventListener('change', () => turnTo(1));
$('newer').addEventListener('click', () => turnTo(page - 1));
$('older').addEventListener('click', () => turnTo(page + 1));
