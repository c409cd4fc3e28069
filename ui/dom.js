// Small tools for the elements of the page.

export const $ = (id) => document.getElementById(id);

// Writing only what changed keeps selections and screen readers undisturbed.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function listItem(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

// Read out politely; kept for what a person asked for or waits for.
export function announce(text) {
  $('announcer').textContent = text;
}

export function confirmed(question, yes) {
  const dialog = $('confirm');
  setText($('confirm-question'), question);
  setText($('confirm-yes'), yes);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  });
}
