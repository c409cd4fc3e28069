import { ask } from './api.js';
import { $, setText } from './dom.js';
import { onSubmit } from './forms.js';
import { bytes, count } from './format.js';

const MIB = 1024 * 1024;

const TASK = `query($id: ID!) {
  getTask(id: $id) { limits { bytesPerSecond requestsPerSecond } endpoints { name limits { bytesPerSecond requestsPerSecond } } }
}`;

const SET_TASK = 'mutation($id: ID!, $limits: RateLimitsInput!) { setTaskLimits(id: $id, limits: $limits) { id } }';
const SET_ENDPOINT = 'mutation($id: String!, $limits: RateLimitsInput!) { setEndpointLimits(endpoint: $id, limits: $limits) { name } }';

// The lowest limits that hold for a task, in words; null if there are none.
export function limitText(task) {
  const all = [task.limits, ...task.endpoints.map((endpoint) => endpoint.limits)];
  const least = (name) => Math.min(...all.map((limits) => limits[name] ?? Infinity));
  const parts = [];
  if (least('bytesPerSecond') < Infinity) parts.push(`${bytes(least('bytesPerSecond'))}/s`);
  if (least('requestsPerSecond') < Infinity) parts.push(`${count(least('requestsPerSecond'))} requests/s`);
  return parts.length === 0 ? null : parts.join(', ');
}

// Shows the limits of a task and of its endpoints, each in a form of its own.
export async function showLimits(id, name, changed) {
  const { getTask: task } = await ask(TASK, { id });
  if (!task) throw new Error('The task is no longer there.');
  setText($('limits-heading'), `Limits of “${name}”`);
  $('limits-forms').replaceChildren(
    createForm('This task', task.limits, SET_TASK, id, changed),
    ...task.endpoints.map((endpoint) => createForm(`All tasks at ${endpoint.name}`, endpoint.limits, SET_ENDPOINT, endpoint.name, changed)),
  );
  $('limits').showModal();
}

function createForm(title, limits, mutation, id, changed) {
  const form = $('limits-template').content.firstElementChild.cloneNode(true);
  const [bandwidth, requests] = ['bytesPerSecond', 'requestsPerSecond'].map((field) => form.elements.namedItem(field));
  setText(form.querySelector('legend'), title);
  [bandwidth, requests].forEach((input) => { input.id = `${input.name}-of-${title}`; });
  bandwidth.value = limits.bytesPerSecond === null ? '' : limits.bytesPerSecond / MIB;
  requests.value = limits.requestsPerSecond ?? '';
  onSubmit(form, async () => {
    setText(form.querySelector('.saved'), '');
    await ask(mutation, { id, limits: { bytesPerSecond: number(bandwidth, MIB), requestsPerSecond: number(requests, 1) } });
    setText(form.querySelector('.saved'), 'Saved.');
    await changed();
  });
  return form;
}

// What is not a number goes to the hub as one that it refuses.
function number(input, factor) {
  if (input.validity.badInput) return -1;
  return input.value === '' ? null : Math.round(Number(input.value) * factor);
}
