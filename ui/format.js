// Formats numbers and times for display.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const whole = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const local = new Intl.DateTimeFormat(undefined, {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
});

export const count = (number) => whole.format(number);

export function bytes(number) {
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${short.format(value)} ${UNITS[unit]}`;
}

export function duration(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  if (left < 60) return `${left} s`;
  if (left < 3600) return `${Math.floor(left / 60)} min ${left % 60} s`;
  if (left < 86400) return `${Math.floor(left / 3600)} h ${Math.floor((left % 3600) / 60)} min`;
  return `${Math.floor(left / 86400)} d ${Math.floor((left % 86400) / 3600)} h`;
}

export const moment = (text) => local.format(new Date(text));

// By bytes, as large objects take most of the time; by objects if all are empty. Items that a stopped run did not try are not done.
export function percent(run, hasFailed) {
  if (run.phase === 'FINISHED' && !hasFailed && run.itemsNotTried === 0) return 100;
  const [done, all] = run.bytesToCopy > 0
    ? [run.bytesCopied, run.bytesToCopy]
    : [run.itemsCopied, run.itemsToCopy];
  return all === 0 ? 0 : Math.min(100, (100 * done) / all);
}
