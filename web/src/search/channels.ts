import type { Channel } from '../api/client.ts';
import type { IconName } from '../ui/icons.tsx';

/** How a channel is called and drawn. */
export const CHANNELS: Record<Channel, { label: string; icon: IconName }> = {
  speech: { label: 'Said', icon: 'said' },
  subtitle: { label: 'Subtitle', icon: 'said' },
  visual: { label: 'Seen', icon: 'seen' },
  'screen-text': { label: 'On screen', icon: 'written' },
  title: { label: 'Title', icon: 'title' },
};

export const CHANNEL_ORDER: Channel[] = ['speech', 'visual', 'screen-text', 'subtitle', 'title'];

/** The name of a channel that an answer tells of, also one that this page doesn't know yet. */
export function channelLabel(channel: string): string {
  return (CHANNELS as Record<string, { label: string }>)[channel]?.label ?? channel;
}
