/** Drawn on 20 × 20, as strokes of the text's colour. */
const PATHS = {
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM13 13l4 4',
  upload: 'M10 13V3.5M6.2 7 10 3.2 13.8 7M3.5 13v2.2c0 .7.6 1.3 1.3 1.3h10.4c.7 0 1.3-.6 1.3-1.3V13',
  close: 'm5 5 10 10M15 5 5 15',
  more: 'M4.5 10h.01M10 10h.01M15.5 10h.01',
  picture: 'M3.5 5c0-.8.7-1.5 1.5-1.5h10c.8 0 1.500.7 1.500 1.500v10c0 .8-.7 1.500-1.500 1.500H5c-.8 0-1.500-.7-1.500-1.500V5Zm0 8 3.700-3.700L11.500 13.600M10 12l2.500-2.500 4 4M12.800 6.800h.01',
  said: 'M4 9v2M7 6.500v7M10 4v12M13 7v6M16 9v2',
  seen: 'M2.500 10S5.200 5 10 5s7.500 5 7.500 5-2.700 5-7.500 5-7.500-5-7.500-5Zm7.500-2a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  written: 'M4 7V4.500h12V7M10 4.500v11M7.500 15.500h5',
  title: 'M4 5h12M4 10h8M4 15h10',
  play: 'M6.500 4.200v11.600L16 10 6.500 4.200Z',
  pause: 'M7 4.500v11M13 4.500v11',
  link: 'M8.300 11.700a3 3 0 0 0 4.300 0l3-3a3 3 0 0 0-4.300-4.300l-.9.9M11.700 8.300a3 3 0 0 0-4.300 0l-3 3a3 3 0 0 0 4.300 4.300l.9-.9',
  similar: 'M3.500 6.500h8v8h-8zM8.500 6.300V3.500h8v8h-4.800',
  download: 'M10 3.500V13M6.200 9.300 10 13.100l3.800-3.800M3.500 16.500h13',
  trash: 'M4 5.500h12M8 5.500v-2h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 9v4.500M11.500 9v4.500',
  edit: 'm4 16 .7-3.200 8.500-8.500 2.500 2.500-8.500 8.500L4 16ZM11.500 6l2.500 2.500',
  retry: 'M15.500 8.500A6 6 0 1 0 16 11M15.800 4v4.500h-4.500',
  check: 'm4.500 10.500 3.500 3.500 7.500-8',
  alert: 'M10 6.500v4.500M10 13.700h.01M10 2.800 1.900 16.700h16.200L10 2.800Z',
  back: 'm11.500 4.500-5.500 5.500 5.500 5.500',
  down: 'm5.500 8 4.500 4.500L14.500 8',
  clock: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm0 3.500V10l2.500 2',
  film: 'M3.500 4.500h13v11h-13zM7 4.500v11M13 4.500v11M3.500 8H7M3.500 12H7M13 8h3.500M13 12h3.500',
  tag: 'M3.500 4v5.300l7.400 7.200 5.600-5.600-7.200-7.400H4a.5.5 0 0 0-.5.5ZM6.800 6.800h.01',
} as const;

export type IconName = keyof typeof PATHS;

/** A small picture beside words that say the same, so it is hidden from screen readers. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class={`icon icon-${name}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
