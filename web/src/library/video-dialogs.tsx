import { useState } from 'preact/hooks';
import { messageOf, type Video } from '../api/client.ts';
import { useServices } from '../services.ts';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';

const MOST_TAGS = 20;
const LONGEST_TAG = 64;

/** Changes title and tags. */
export function EditDialog({ video, onClose, onChanged }: { video: Video; onClose: () => void; onChanged?: (video: Video) => void }) {
  const { library } = useServices();
  const [title, setTitle] = useState(video.title);
  const [tags, setTags] = useState(video.tags.join(', '));
  const [error, setError] = useState('');
  const save = async (event: Event) => {
    event.preventDefault();
    const list = readTags(tags);
    if (list.length > MOST_TAGS || list.some((tag) => tag.length > LONGEST_TAG)) {
      setError(`At most ${MOST_TAGS} tags of ${LONGEST_TAG} characters.`);
      return;
    }
    try {
      await library.change(video.video_id, { title: title.trim(), tags: list });
      onChanged?.({ ...video, title: title.trim(), tags: list });
      onClose();
      toast('Saved');
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <Dialog title="Rename and tag" onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <label class="field">
          <span>Title</span>
          <input type="text" required maxLength={500} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        </label>
        <label class="field">
          <span>Tags, separated by commas</span>
          <input type="text" value={tags} placeholder="holiday, 2026" onInput={(event) => setTags(event.currentTarget.value)} />
        </label>
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={title.trim() === ''}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Asks before a video is gone for good. */
export function DeleteDialog({ video, onClose, onDeleted }: { video: Video; onClose: () => void; onDeleted?: () => void }) {
  const { library } = useServices();
  const remove = () => {
    library.remove(video.video_id).then(
      () => {
        toast(`“${video.title}” is being deleted`);
        onDeleted?.();
      },
      (error: unknown) => toast(messageOf(error)),
    );
    onClose();
  };
  return (
    <Dialog title="Delete this video?" onClose={onClose}>
      <p>
        <strong>{video.title}</strong> and everything made from it will be gone for good.
        {video.origin === 'import' && ' The imported file itself stays where it is.'}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" autofocus onClick={onClose}>
          Keep it
        </button>
        <button type="button" class="button button-dangerous" onClick={remove}>
          Delete
        </button>
      </div>
    </Dialog>
  );
}

function readTags(text: string): string[] {
  return [...new Set(text.split(',').map((tag) => tag.trim()).filter(Boolean))];
}
