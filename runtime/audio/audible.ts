/** -50 dBFS, as in media's `audible` event: quieter is breath, coding noise, silence. */
const AUDIBLE = 32_768 * 10 ** (-50 / 20);

export const isAudible = (sample: number): boolean => Math.abs(sample) > AUDIBLE;
