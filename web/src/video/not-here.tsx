import { useHeading } from '../ui/hooks.ts';

/** In place of a video that can't be shown. */
export function NotHere({ message, isUnknown, onRetry }: { message: string; isUnknown: boolean; onRetry: () => void }) {
  const heading = useHeading<HTMLHeadingElement>('Video');
  return (
    <div class="empty">
      <h1 ref={heading} tabIndex={-1}>
        {isUnknown ? 'This video is not here' : 'This video can’t be shown just now'}
      </h1>
      <p>{isUnknown ? 'It was deleted, or it belongs to somebody else.' : message}</p>
      <div class="empty-actions">
        {!isUnknown && (
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        )}
        <a class="button" href="#/">
          To the library
        </a>
      </div>
    </div>
  );
}
