import { messageOf } from '../api/client.ts';
import { useServices } from '../services.ts';
import { fileSize, timeLeft } from '../ui/format.ts';
import { useChanges } from '../ui/hooks.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Bar } from '../ui/bar.tsx';
import { toast } from '../ui/toast.tsx';
import { useChoose } from './choose.tsx';
import type { Remembered } from './memory.ts';
import { arrivedBytes } from './parts.ts';
import type { Upload } from './upload.ts';

/** What is on its way, and what an earlier visit left unfinished. */
export function UploadList() {
  const { uploads } = useServices();
  useChanges(uploads);
  const shown = uploads.list.filter(({ state }) => state !== 'done');
  const { interrupted } = uploads;
  if (shown.length + interrupted.length === 0) return null;
  return (
    <section class="uploads" aria-labelledby="uploads-heading">
      <h2 id="uploads-heading">Uploads</h2>
      <ul>
        {shown.map((upload) => (
          <UploadRow key={upload.key} upload={upload} />
        ))}
        {interrupted.map((remembered) => (
          <InterruptedRow key={remembered.key} remembered={remembered} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ upload }: { upload: Upload }) {
  const { uploads } = useServices();
  const { name, size } = upload.file;
  const isMoving = upload.state === 'sending' || upload.state === 'waiting' || upload.state === 'queued';
  return (
    <li class={`upload upload-${upload.state}`}>
      <div class="upload-name">
        <span class="ellipsis" title={name}>
          {name}
        </span>
        {upload.subtitles && <span class="quiet">with subtitles</span>}
      </div>
      <Bar value={upload.sentBytes / Math.max(1, size)} label={`Upload of ${name}`} />
      <div class="upload-state">{stateText(upload)}</div>
      <div class="upload-buttons">
        {isMoving && upload.state !== 'waiting' && <Button icon="pause" label={`Pause ${name}`} onClick={() => upload.pause()} />}
        {upload.state === 'waiting' && <Button icon="retry" label={`Try ${name} again now`} onClick={() => uploads.start(upload)} />}
        {upload.state === 'paused' && <Button icon="play" label={`Go on with ${name}`} onClick={() => uploads.start(upload)} />}
        {upload.state === 'failed' && <Button icon="retry" label={`Try ${name} again`} onClick={() => uploads.start(upload)} />}
        <Button icon="close" label={`Cancel ${name}`} onClick={() => void uploads.discard(upload).catch((error: unknown) => toast(messageOf(error)))} />
      </div>
    </li>
  );
}

function stateText(upload: Upload): string {
  const amount = `${fileSize(upload.sentBytes)} of ${fileSize(upload.file.size)}`;
  switch (upload.state) {
    case 'queued':
      return `Waiting for its turn · ${fileSize(upload.file.size)}`;
    case 'sending':
      return [amount, timeLeft(upload.leftMs)].filter(Boolean).join(' · ');
    case 'waiting':
      return `${amount} · ${upload.message} Trying again by itself.`;
    case 'paused':
      return `Paused · ${amount}`;
    case 'failed':
      return upload.message;
    case 'done':
      return 'Arrived';
  }
}

function InterruptedRow({ remembered }: { remembered: Remembered }) {
  const { uploads } = useServices();
  const choose = useChoose();
  const { fileName, sizeBytes, multipart, etags } = remembered;
  const arrived = multipart ? arrivedBytes(multipart, sizeBytes, etags) : 0;
  return (
    <li class="upload upload-interrupted">
      <div class="upload-name">
        <span class="ellipsis" title={fileName}>
          {fileName}
        </span>
      </div>
      <Bar value={arrived / Math.max(1, sizeBytes)} label={`Upload of ${fileName}`} />
      <div class="upload-state">
        {multipart
          ? `Interrupted at ${fileSize(arrived)} of ${fileSize(sizeBytes)}. Choose the same file again to go on.`
          : 'Interrupted. Choose the same file again to send it.'}
      </div>
      <div class="upload-buttons">
        <button type="button" class="text-button" onClick={() => choose('files')}>
          Choose file
        </button>
        <Button icon="close" label={`Give ${fileName} up`} onClick={() => void uploads.discardInterrupted(remembered).catch(() => {})} />
      </div>
    </li>
  );
}

function Button(props: { icon: IconName; label: string; onClick: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={props.label} title={props.label} onClick={props.onClick}>
      <Icon name={props.icon} />
    </button>
  );
}
