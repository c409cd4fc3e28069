// Helper functions for the elements of the page.

export const $ = (id) => document.getElementById(id);

// Writes only changed text, so that selections and screen readers are not disturbed.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function listItem(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

// Announces text to screen readers politely; only for results that the user requested or waits for.
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
