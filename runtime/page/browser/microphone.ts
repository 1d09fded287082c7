import { element, make } from './dom';
import { CallFault, type Fault, insecurePage, microphoneFault, noMicrophoneHere, noWebRtc } from './faults';

/**
 * The caller's microphone as speech wants it: one channel, cleaned of echo and noise by the browser (the
 * server does none of that), so that the agent does not hear itself through the caller's loudspeaker.
 *
 * @param deviceId of `microphones()`; '' for the system's choice
 * @throws CallFault in words for the caller
 */
export async function openMicrophone(deviceId: string): Promise<MediaStream> {
	const speech: MediaTrackConstraints = {
		echoCancellation: true,
		noiseSuppression: true,
		autoGainControl: true,
		channelCount: 1,
	};
	try {
		return await navigator.mediaDevices.getUserMedia({ audio: deviceId ? { ...speech, deviceId: { exact: deviceId } } : speech });
	} catch (error) {
		const { name, message } = error instanceof DOMException ? error : { name: 'UnknownError', message: '' };
		// A remembered device may be gone: any other microphone is better than none.
		if (deviceId && name === 'OverconstrainedError') return await openMicrophone('');
		throw new CallFault(microphoneFault({ name, message }));
	}
}

/** What keeps this browser from making any call; undefined where nothing does. */
export function unfitForCalls(): Fault | undefined {
	// Absent, not refused, where the address is not secure, too.
	const devices = navigator.mediaDevices as MediaDevices | undefined;
	if (!devices) return window.isSecureContext ? noMicrophoneHere : insecurePage(new URL(location.href));
	try {
		new RTCPeerConnection().close();
		return undefined;
	} catch {
		return noWebRtc;
	}
}

/** The microphones to choose from; empty until the caller has allowed one, as browsers hide them before. */
export async function microphones(): Promise<MediaDeviceInfo[]> {
	const devices = navigator.mediaDevices as MediaDevices | undefined;
	if (!devices) return [];
	const all = await devices.enumerateDevices();
	return all.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '');
}

/** The list of microphones; shows itself only where there is a choice. */
export class DeviceChooser {
	private readonly row = element('device-row', HTMLElement);
	private readonly select = element('device', HTMLSelectElement);

	constructor(chosen: (deviceId: string) => void) {
		this.select.addEventListener('change', () => chosen(this.select.value));
		const devices = navigator.mediaDevices as MediaDevices | undefined;
		devices?.addEventListener('devicechange', () => void this.refresh(this.chosen()));
		void this.refresh('');
	}

	/** '' until the caller has chosen. */
	chosen(): string {
		return this.row.hidden ? '' : this.select.value;
	}

	async refresh(current: string): Promise<void> {
		const list = await microphones();
		this.select.replaceChildren(
			...list.map(({ deviceId, label }, index) => {
				const option = make('option', '', label || `Microphone ${index + 1}`);
				option.value = deviceId;
				return option;
			}),
		);
		if (list.some(({ deviceId }) => deviceId === current)) this.select.value = current;
		this.row.hidden = list.length < 2;
	}
}
