import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, isAbort, messageOf, type Schemas, type Video } from '../api/client.ts';
import { useServices } from '../services.ts';

const BUSY_POLL_MS = 2500;

export interface LoadedVideo {
  video: Video | undefined;
  error: string;
  isUnknown: boolean;
  reload: () => void;
  set: (video: Video) => void;
}

/** One video with the address of its source; looked at again and again while it is being processed. */
export function useVideo(id: string): LoadedVideo {
  const { api, library } = useServices();
  const [state, setState] = useState<{ video: Video | undefined; error: string; isUnknown: boolean }>({
    video: library.get(id),
    error: '',
    isUnknown: false,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stopping = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const load = async () => {
      try {
        const video = await api.call('get', '/videos/{id}', { id, signal: stopping.signal });
        setState({ video, error: '', isUnknown: false });
        if (video.status === 'PROCESSING' || video.status === 'AWAITING_UPLOAD') timer = setTimeout(() => void load(), BUSY_POLL_MS);
      } catch (error) {
        if (isAbort(error)) return;
        const isUnknown = error instanceof ApiError && (error.status === 404 || error.status === 400);
        setState({ video: undefined, error: messageOf(error), isUnknown });
      }
    };
    void load();
    return () => {
      stopping.abort();
      clearTimeout(timer);
    };
  }, [id, turn]);
  return {
    ...state,
    reload: () => setTurn((now) => now + 1),
    set: (video) => setState((before) => ({ ...before, video: { ...before.video, ...video } })),
  };
}

/** The words of what is served, once there are any; null where there are none. */
export function useTranscript(video: Video | undefined): Schemas['Transcript'] | null | undefined {
  const { api } = useServices();
  const [transcript, setTranscript] = useState<Schemas['Transcript'] | null>();
  const generation = video?.serving_generation ?? null;
  const id = video?.video_id;
  const isFinished = video?.status === 'READY' || video?.status === 'FAILED';
  useEffect(() => {
    setTranscript(undefined);
    if (!id || generation === null) return;
    const stopping = new AbortController();
    api.transcript(id, stopping.signal).then(setTranscript, (error: unknown) => {
      if (!isAbort(error)) setTranscript(null);
    });
    return () => stopping.abort();
  }, [id, generation, isFinished]);
  return transcript;
}

/** Captions as an address of this tab, which a player of any origin may read. */
export function useCaptions(video: Video | undefined, hasWords: boolean): string | undefined {
  const { api } = useServices();
  const [url, setUrl] = useState<string>();
  const made = useRef<string | undefined>(undefined);
  const id = video?.video_id;
  useEffect(() => {
    setUrl(undefined);
    if (!id || !hasWords) return;
    let isGone = false;
    api.text('/videos/{id}/captions.vtt', id).then(
      (text) => {
        if (isGone) return;
        made.current = URL.createObjectURL(new Blob([text], { type: 'text/vtt' }));
        setUrl(made.current);
      },
      // A video that was indexed before there were captions has none.
      () => {},
    );
    return () => {
      isGone = true;
      if (made.current) URL.revokeObjectURL(made.current);
    };
  }, [id, video?.serving_generation, hasWords]);
  return url;
}
