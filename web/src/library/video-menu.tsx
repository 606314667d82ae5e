import { useState } from 'preact/hooks';
import { messageOf, type Video } from '../api/client.ts';
import { EMPTY_QUERY, formatRoute, navigate } from '../router.ts';
import { useServices } from '../services.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Menu } from '../ui/menu.tsx';
import { toast } from '../ui/toast.tsx';
import { DeleteDialog, EditDialog } from './video-dialogs.tsx';

/** What can be done with a video. */
export function VideoMenu(props: {
  video: Video;
  onDeleted?: () => void;
  onChanged?: (video: Video) => void;
  onRetried?: () => void;
}) {
  const { video } = props;
  const { library } = useServices();
  const [dialog, setDialog] = useState<'' | 'edit' | 'delete'>('');
  const close = () => setDialog('');
  const retry = () => {
    library.retry(video.video_id).then(
      () => {
        toast(`“${video.title}” is being indexed again`);
        props.onRetried?.();
      },
      (error: unknown) => toast(messageOf(error)),
    );
  };
  const mayRetry = video.status === 'FAILED' || video.status === 'READY';
  return (
    <>
      <Menu label={<Icon name="more" />} name={`More about ${video.title}`} buttonClass="icon-button" class="menu-right" closesOnChoice>
        <div class="menu-list">
          <Item icon="edit" label="Rename and tag" onClick={() => setDialog('edit')} />
          <Item icon="search" label="Search in this video" onClick={() => searchIn(video)} />
          <a href={formatRoute({ view: 'runs', id: video.video_id })}>
            <Icon name="clock" /> What ran
          </a>
          {mayRetry && <Item icon="retry" label={video.status === 'FAILED' ? 'Try again' : 'Index again'} onClick={retry} />}
          <Item icon="trash" label="Delete" onClick={() => setDialog('delete')} isDangerous />
        </div>
      </Menu>
      {dialog === 'edit' && <EditDialog video={video} onClose={close} {...(props.onChanged ? { onChanged: props.onChanged } : {})} />}
      {dialog === 'delete' && <DeleteDialog video={video} onClose={close} {...(props.onDeleted ? { onDeleted: props.onDeleted } : {})} />}
    </>
  );
}

function Item(props: { icon: IconName; label: string; onClick: () => void; isDangerous?: boolean }) {
  return (
    <button type="button" class={props.isDangerous ? 'dangerous' : ''} onClick={props.onClick}>
      <Icon name={props.icon} /> {props.label}
    </button>
  );
}

function searchIn(video: Video): void {
  navigate({ view: 'search', query: { ...EMPTY_QUERY, videos: [video.video_id] } });
  document.querySelector<HTMLElement>('.search-box input')?.focus();
}
