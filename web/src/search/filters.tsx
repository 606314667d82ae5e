import type { Schemas } from '../api/client.ts';
import { navigate, type SearchQuery } from '../router.ts';
import { useServices } from '../services.ts';
import { useChanges } from '../ui/hooks.ts';
import { Icon } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import { CHANNEL_ORDER, CHANNELS } from './channels.ts';

/** Narrows and arranges what is found. */
export function Filters({ query, facets }: { query: SearchQuery; facets: Schemas['Facets'] | undefined }) {
  const { library } = useServices();
  useChanges(library);
  const change = (part: Partial<SearchQuery>) => navigate({ view: 'search', query: { ...query, ...part } }, true);
  const tags = [...new Set([...query.tags, ...library.videos.flatMap((video) => video.tags)])].sort();
  const titleOf = (id: string) => library.get(id)?.title ?? 'One video';
  return (
    <div class="filters" role="group" aria-label="Filters">
      {CHANNEL_ORDER.filter((name) => name !== 'subtitle' || countOf(facets?.channels, name) > 0).map((name) => (
        <Toggle
          key={name}
          isOn={query.channels.includes(name)}
          count={countOf(facets?.channels, name)}
          onToggle={() => change({ channels: toggled(query.channels, name) })}
        >
          <Icon name={CHANNELS[name].icon} size={16} /> {CHANNELS[name].label}
        </Toggle>
      ))}
      <span class="filters-gap" />
      {tags.length > 0 && (
        <Menu label={<Summary icon="tag" text="Tags" count={query.tags.length} />} class="menu-tags">
          <fieldset class="choices">
            <legend class="visually-hidden">Only videos with all of these tags</legend>
            {tags.map((tag) => (
              <label key={tag}>
                <input
                  type="checkbox"
                  checked={query.tags.includes(tag)}
                  onChange={() => change({ tags: toggled(query.tags, tag) })}
                />
                <span>{tag}</span>
                <small>{countOf(facets?.tags, tag) || ''}</small>
              </label>
            ))}
          </fieldset>
        </Menu>
      )}
      <Menu label={<Summary icon="clock" text="Added" count={Number(query.after !== '') + Number(query.before !== '')} />}>
        <div class="dates">
          <DateField label="On or after" value={query.after} onChange={(after) => change({ after })} />
          <DateField label="Before" value={query.before} onChange={(before) => change({ before })} />
        </div>
      </Menu>
      <select
        class="chip select"
        aria-label="Order"
        value={query.group ? 'group' : query.order}
        onChange={({ currentTarget: { value } }) =>
          change({ group: value === 'group', order: value === 'newest' || value === 'oldest' ? value : '' })
        }
      >
        <option value="">Best first</option>
        <option value="group">Best first, by video</option>
        <option value="newest">Newest first</option>
        <option value="oldest">Oldest first</option>
      </select>
      {query.videos.map((id) => (
        <button key={id} type="button" class="chip is-on" onClick={() => change({ videos: toggled(query.videos, id) })}>
          <span class="ellipsis">in {titleOf(id)}</span>
          <Icon name="close" size={14} />
          <span class="visually-hidden">(remove this filter)</span>
        </button>
      ))}
    </div>
  );
}

function Toggle(props: { isOn: boolean; count: number; onToggle: () => void; children: preact.ComponentChildren }) {
  return (
    <button type="button" class={`chip ${props.isOn ? 'is-on' : ''}`} aria-pressed={props.isOn} onClick={props.onToggle}>
      {props.children}
      {props.count > 0 && <small>{props.count}</small>}
    </button>
  );
}

function Summary({ icon, text, count }: { icon: 'tag' | 'clock'; text: string; count: number }) {
  return (
    <>
      <Icon name={icon} size={16} /> {text}
      {count > 0 && <small class="badge">{count}</small>}
      <Icon name="down" size={14} />
    </>
  );
}

function DateField(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input type="date" value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)} />
    </label>
  );
}

function countOf(facets: Schemas['FacetCount'][] | undefined, value: string): number {
  return facets?.find((facet) => facet.value === value)?.count ?? 0;
}

function toggled(list: string[], value: string): string[] {
  return list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
}
