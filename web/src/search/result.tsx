import type { Moment, Schemas } from '../api/client.ts';
import { EMPTY_QUERY, formatRoute, navigate } from '../router.ts';
import { timecode } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';
import { copyLink } from '../ui/share.ts';
import { CHANNELS } from './channels.ts';
import { excerpt, splitHighlights } from './highlight.ts';
import { Preview } from './preview.tsx';

const MOST_EVIDENCE = 3;
const LONGEST_TEXT = 220;

/** A moment that was found: what it looks like, why it matched, and what to do with it. */
export function Result(props: {
  moment: Moment;
  q: string;
  showsTitle: boolean;
  isPreviewing: boolean;
  onPreview: (isOn: boolean) => void;
  onOpen: () => void;
}) {
  const { moment } = props;
  const atSeconds = moment.start_ms / 1000;
  const href = formatRoute({ view: 'video', id: moment.video_id, atSeconds, ...(props.q ? { q: props.q } : {}) });
  const evidence = moment.evidence.slice(0, MOST_EVIDENCE);
  return (
    <li class="result">
      <Preview moment={moment} isOn={props.isPreviewing} onToggle={props.onPreview} />
      <div class="result-body">
        <a
          class="result-link"
          href={href}
          data-result
          onClick={props.onOpen}
          onKeyDown={(event) => {
            if (event.key !== ' ' || !moment.play_url) return;
            event.preventDefault();
            props.onPreview(!props.isPreviewing);
          }}
        >
          {props.showsTitle && <span class="result-title">{moment.title}</span>}
          <span class="result-time">
            {timecode(moment.start_ms)} – {timecode(moment.end_ms)}
          </span>
        </a>
        <ul class="evidence" aria-label="Why it matched">
          {evidence.map((item) => (
            <EvidenceLine key={item.segment_id} item={item} />
          ))}
        </ul>
        <Actions moment={moment} />
      </div>
    </li>
  );
}

function EvidenceLine({ item }: { item: Schemas['Evidence'] }) {
  const { label, icon } = CHANNELS[item.channel] ?? { label: item.channel, icon: 'search' };
  const shown = excerpt(item.text, item.highlights, LONGEST_TEXT);
  return (
    <li>
      <span class={`channel channel-${item.channel}`}>
        <Icon name={icon} size={16} />
        {label}
      </span>
      <span class="evidence-text">
        {item.text
          ? splitHighlights(shown.text, shown.highlights).map(({ text, isMatch }, index) =>
              isMatch ? <mark key={index}>{text}</mark> : text,
            )
          : item.labels?.length
            ? `looks like ${item.labels.join(', ')}`
            : 'by its looks'}
      </span>
    </li>
  );
}

function Actions({ moment }: { moment: Moment }) {
  const alike = moment.evidence.find(({ channel }) => channel !== 'title');
  const repeats = moment.repeats?.length ?? 0;
  return (
    <div class="result-actions">
      <Confidence value={moment.confidence} />
      {repeats > 0 && <span class="quiet">also at {repeats} other {repeats === 1 ? 'place' : 'places'}</span>}
      <span class="spacer" />
      {alike && (
        <button
          type="button"
          class="text-button"
          aria-label="More like this"
          title="More like this"
          onClick={() => navigate({ view: 'search', query: { ...EMPTY_QUERY, like: alike.segment_id } })}
        >
          <Icon name="similar" size={16} /> <span class="label">More like this</span>
        </button>
      )}
      <button
        type="button"
        class="text-button"
        aria-label="Copy link"
        title="Copy link"
        onClick={() => void copyLink(moment.video_id, moment.start_ms / 1000)}
      >
        <Icon name="link" size={16} /> <span class="label">Copy link</span>
      </button>
    </div>
  );
}

/** Answers are given from a confidence of 0.3 on. */
const LEVELS = [
  ['Strong match', 3, 0.95],
  ['Good match', 2, 0.75],
  ['Possible match', 1, 0.3],
] as const;

/** In words, since a percentage looks more exact than it is. */
function Confidence({ value }: { value: number | null }) {
  if (value === null) return null;
  const [label, level] = LEVELS.find(([, , least]) => value >= least) ?? ['Unlikely', 0];
  return (
    <span class={`confidence confidence-${level}`} title={`${Math.floor(value * 100)} % likely to answer`}>
      <i />
      <i />
      <i />
      {label}
    </span>
  );
}
