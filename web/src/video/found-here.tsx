import { useEffect, useState } from 'preact/hooks';
import type { Moment } from '../api/client.ts';
import { EMPTY_QUERY, formatRoute } from '../router.ts';
import { excerpt, splitHighlights } from '../search/highlight.ts';
import { useServices } from '../services.ts';
import { count, timecode } from '../ui/format.ts';
import { Icon } from '../ui/icons.tsx';

const MOST = 20;

/** What a search finds in this video, beside the moment that led here. */
export function FoundHere({ id, q, onSeek }: { id: string; q: string; onSeek: (seconds: number) => void }) {
  const { api } = useServices();
  const [moments, setMoments] = useState<Moment[]>();
  useEffect(() => {
    const stopping = new AbortController();
    const query = { q, videos: id, limit: MOST };
    api.call('get', '/search', { query, signal: stopping.signal }).then(
      (answer) => setMoments(answer.moments.sort((one, other) => one.start_ms - other.start_ms)),
      () => setMoments([]),
    );
    return () => stopping.abort();
  }, [id, q]);
  const back = formatRoute({ view: 'search', query: { ...EMPTY_QUERY, q } });
  return (
    <section class="found-here" aria-label={`Found for ${q}`}>
      <div class="found-head">
        <a href={back}>
          <Icon name="back" size={16} /> All results for <strong class="ellipsis">{q}</strong>
        </a>
        {moments && moments.length > 0 && <span class="quiet">{count(moments.length, 'moment')} here</span>}
      </div>
      {moments && moments.length > 1 && (
        <ol>
          {moments.map((moment) => (
            <li key={moment.start_ms}>
              <a href={formatRoute({ view: 'video', id, atSeconds: moment.start_ms / 1000, q })} onClick={() => onSeek(moment.start_ms / 1000)}>
                <time>{timecode(moment.start_ms)}</time>
                <span class="ellipsis">
                  <FoundText moment={moment} />
                </span>
              </a>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function FoundText({ moment }: { moment: Moment }) {
  const spoken = moment.evidence.find(({ text }) => text !== '');
  if (!spoken) return <>looks like {moment.evidence[0]?.labels?.join(', ') || 'it'}</>;
  const cut = excerpt(spoken.text, spoken.highlights, 80);
  return (
    <>
      {splitHighlights(cut.text, cut.highlights).map(({ text, isMatch }, index) => (isMatch ? <mark key={index}>{text}</mark> : text))}
    </>
  );
}
