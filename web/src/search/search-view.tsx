import { useState } from 'preact/hooks';
import type { Moment, SearchResponse } from '../api/client.ts';
import { asksSomething, EMPTY_QUERY, navigate, type SearchQuery } from '../router.ts';
import { useServices } from '../services.ts';
import { count } from '../ui/format.ts';
import { useHeading, useShortcuts } from '../ui/hooks.ts';
import { channelLabel } from './channels.ts';
import { Filters } from './filters.tsx';
import { currentPicture } from './picture.ts';
import { Result } from './result.tsx';
import { SearchHelp } from './search-help.tsx';
import { useSearch } from './use-search.ts';

/** What is found, while one types. */
export function SearchView({ query }: { query: SearchQuery }) {
  const search = useSearch(query);
  const { answer, isLoading } = search;
  const title = query.q.trim() || (query.picture ? 'Search by picture' : query.like ? 'More like this' : 'Search');
  // The focus stays in the field while one types.
  const heading = useHeading<HTMLHeadingElement>(title, document.activeElement?.tagName !== 'INPUT');
  useShortcuts(moveByArrows);
  if (!asksSomething(query)) return <SearchHelp />;
  return (
    <section class="search-view" aria-busy={isLoading}>
      <h1 ref={heading} tabIndex={-1} class="visually-hidden">
        Results for {title}
      </h1>
      <Asked query={query} />
      <Filters query={query} facets={answer?.facets} />
      <p class={answer?.moments.length === 0 && !isLoading ? 'visually-hidden' : 'result-count'} role="status">
        {statusOf(search)}
      </p>
      {search.error && (
        <div class="notice notice-error" role="alert">
          <p>{search.error}</p>
          <button type="button" class="button" onClick={search.retry}>
            Try again
          </button>
        </div>
      )}
      {answer && <Notices answer={answer} />}
      {answer ? (
        <Answer answer={answer} query={query} isStale={isLoading} onNearest={search.nearest} />
      ) : (
        isLoading && <ResultSkeletons />
      )}
      {answer?.next_cursor && (
        <button type="button" class="button more" disabled={isLoading} onClick={search.more}>
          {isLoading ? 'Loading…' : 'Show more'}
        </button>
      )}
      {answer?.visual_model?.stand_in && <StandIn />}
    </section>
  );
}

function statusOf({ answer, isLoading, isSlow, error }: ReturnType<typeof useSearch>): string {
  if (error) return '';
  if (isSlow) return 'Still looking. The first search after a pause takes a few seconds.';
  if (isLoading && !answer) return 'Looking…';
  if (!answer) return '';
  if (answer.moments.length === 0) return answer.no_confident_match ? 'Nothing matches well' : 'Nothing found';
  const moments = count(answer.moments.length, 'moment');
  return answer.next_cursor ? `The first ${moments}` : moments;
}

/** What is looked for, where it isn't words. */
function Asked({ query }: { query: SearchQuery }) {
  const picture = query.picture ? currentPicture() : undefined;
  if (!query.like && !picture) return null;
  return (
    <div class="asked">
      {picture && <img src={picture.url} alt="The picture that is looked for" />}
      <p>{picture ? 'Shots that look like this picture' : 'Moments like the one you chose'}, nearest first.</p>
      <button type="button" class="text-button" onClick={() => navigate({ view: 'search', query: EMPTY_QUERY })}>
        Clear
      </button>
    </div>
  );
}

function Notices({ answer }: { answer: SearchResponse }) {
  const degraded = answer.degraded.map(channelLabel);
  if (degraded.length === 0) return null;
  return (
    <p class="notice" role="status">
      Not everything could be searched just now: <strong>{degraded.join(', ')}</strong>. The rest answers.
    </p>
  );
}

/** What the model of pictures can't know, so that nobody wonders why it doesn't find it. */
function StandIn() {
  return (
    <p class="fine-print stand-in">
      Pictures are searched by a small stand-in that knows 1,000 nouns: animals, food, things, vehicles. It knows no people,
      actions, colours or counts.
    </p>
  );
}

function Answer(props: { answer: SearchResponse; query: SearchQuery; isStale: boolean; onNearest: () => void }) {
  const { answer, query } = props;
  const near = answer.nearest ?? [];
  const isEmpty = answer.moments.length === 0;
  const { api } = useServices();
  const open = (moment: Moment) => {
    if (!answer.records_feedback) return;
    const position = [...answer.moments, ...near].indexOf(moment) + 1;
    const { video_id, start_ms, end_ms } = moment;
    api.record({ query: query.q.trim(), video_id, start_ms, end_ms, position });
  };
  return (
    <div class={props.isStale ? 'is-stale' : ''}>
      {answer.groups?.length ? (
        answer.groups.map((group) => (
          <section key={group.video_id} class="group">
            <h2>
              {group.title} <small>{count(group.found, 'moment')}</small>
            </h2>
            <Results moments={answer.moments.filter(({ video_id }) => video_id === group.video_id)} q={query.q} onOpen={open} isGrouped />
          </section>
        ))
      ) : (
        <Results moments={answer.moments} q={query.q} onOpen={open} />
      )}
      {isEmpty && !props.isStale && <Nothing query={query} hasNearest={near.length > 0} onNearest={props.onNearest} wasAsked={answer.nearest !== undefined} />}
      {isEmpty && near.length > 0 && (
        <section class="group nearest">
          <h2>
            Nearest <small>none of these is likely to be what you want</small>
          </h2>
          <Results moments={near} q={query.q} onOpen={open} />
        </section>
      )}
    </div>
  );
}

function Results(props: { moments: Moment[]; q: string; onOpen: (moment: Moment) => void; isGrouped?: boolean }) {
  const { moments, q, onOpen, isGrouped = false } = props;
  const [previewing, setPreviewing] = useState('');
  return (
    <ol class="results">
      {moments.map((moment) => {
        const key = `${moment.video_id}:${moment.start_ms}:${moment.end_ms}`;
        return (
          <Result
            key={key}
            moment={moment}
            q={q}
            showsTitle={!isGrouped}
            isPreviewing={previewing === key}
            onOpen={() => onOpen(moment)}
            onPreview={(isOn) => setPreviewing((now) => (isOn ? key : now === key ? '' : now))}
          />
        );
      })}
    </ol>
  );
}

function Nothing(props: { query: SearchQuery; hasNearest: boolean; wasAsked: boolean; onNearest: () => void }) {
  const { query } = props;
  const isNarrowed = query.channels.length + query.tags.length + query.videos.length > 0 || query.after || query.before;
  if (props.hasNearest) return null;
  return (
    <div class="empty">
      <h2>No moment matches well</h2>
      <p>
        {props.wasAsked
          ? 'Nothing comes near it either. '
          : 'vindex would rather show nothing than a poor guess. '}
        Try other words, or describe what one sees instead of what one hears.
      </p>
      <div class="empty-actions">
        {!props.wasAsked && (
          <button type="button" class="button" onClick={props.onNearest}>
            Show the nearest anyway
          </button>
        )}
        {isNarrowed && (
          <button
            type="button"
            class="button"
            onClick={() => {
              const { q, like, picture } = query;
              navigate({ view: 'search', query: { ...EMPTY_QUERY, q, like, picture } }, true);
            }}
          >
            Remove the filters
          </button>
        )}
      </div>
    </div>
  );
}

function ResultSkeletons() {
  return (
    <ol class="results" aria-hidden="true">
      {[1, 2, 3, 4].map((number) => (
        <li key={number} class="result">
          <div class="preview skeleton" />
          <div class="result-body">
            <div class="skeleton line" style={{ width: '45%' }} />
            <div class="skeleton line" style={{ width: '90%' }} />
            <div class="skeleton line" style={{ width: '70%' }} />
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Up and down go from result to result, and from the first back to the field. */
function moveByArrows(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || (event.target instanceof Element && event.target.closest('details[open], video'))) return;
  const results = Array.from(document.querySelectorAll<HTMLElement>('[data-result]'));
  const current = results.findIndex((result) => result === document.activeElement);
  if (current < 0 && step < 0) return;
  event.preventDefault();
  const next = current + step < 0 ? document.querySelector<HTMLElement>('.search-box input') : results[current + step];
  next?.focus();
  next?.closest('.result')?.scrollIntoView({ block: 'nearest' });
}
