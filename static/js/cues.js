// What a session lets one hear and feel, so that the eyes may rest: tones, a voice, a buzz; and a screen that stays on.
// Each can be switched off, and a device that lacks one loses nothing: the page says it all as well.

const LOUDNESS = 0.25;
const PITCH = { hold: 880, move: 880, switch: 659, relax: 523, rest: 523, ready: 659 }; // hertz, by what begins
const COUNT = 440;
const END = [523, 659, 784];
const PLACE = "backpain:cues";

const stored = () => {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
};
const wanted = { tone: true, voice: true, buzz: true, ...stored() };

export const isOn = (cue) => wanted[cue];

export const turn = (cue, on) => {
  wanted[cue] = on;
  if (cue === "tone") silence();
  if (cue === "voice") hushVoice();
  try {
    localStorage.setItem(PLACE, JSON.stringify(wanted));
  } catch {
    // It holds for this page, then.
  }
};

// --- Tones. They are put on the sound card's own clock ahead of time, so that a page in the background, whose timers
// --- the browser slows down, still sounds at the right moment.

let audio = null;
let planned = [];

const tone = (pitch, at, length = 0.18) => {
  const source = audio.createOscillator();
  const volume = audio.createGain();
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.001, at + length);
  source.connect(volume).connect(audio.destination);
  source.start(at);
  source.stop(at + length);
  planned.push({ source, at });
};

// Must be called from a tap or a key, as browsers demand.
export const wake = () => {
  audio ??= window.AudioContext ? new AudioContext() : null;
  if (audio && audio.state !== "running") audio.resume();
};

// Takes back every tone that does not sound yet.
const silence = () => {
  for (const { source, at } of planned) if (at > audio.currentTime + 0.1) source.disconnect();
  planned = [];
};

// Tones for what lies ahead: [seconds from now, kind] of each change, nothing for the kind of the end. Each is counted
// in by the last three seconds before it, as far as the step is long enough.
export const plan = (changes) => {
  if (!audio || !wanted.tone) return;
  silence();
  let last = 0;
  for (const [seconds, kind] of changes) {
    const at = audio.currentTime + seconds;
    for (const left of [3, 2, 1]) if (seconds - last > left + 0.3) tone(COUNT, at - left, 0.09);
    if (kind) tone(PITCH[kind], at);
    else END.forEach((pitch, n) => tone(pitch, at + n * 0.16, 0.4));
    last = seconds;
  }
};

export const sound = (kind) => {
  if (audio && wanted.tone) tone(PITCH[kind], audio.currentTime);
};

// --- Voice. Some browsers have voices that send the text to their maker; only those of the device itself may speak.

const language = document.documentElement.lang;
const voices = () => window.speechSynthesis?.getVoices() ?? [];
const own = () => voices().find((voice) => voice.localService && voice.lang.split(/[-_]/)[0] === language.split("-")[0]);

// Voices may become known some time after the page.
export const canSpeak = () => Boolean(own());

const hushVoice = () => window.speechSynthesis?.cancel();

export const speak = (words) => {
  const voice = own();
  if (!wanted.voice || !voice) return;
  hushVoice();
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  window.speechSynthesis.speak(utterance);
};

export const hush = () => {
  silence();
  hushVoice();
};

// --- Buzz and screen

export const canBuzz = () => Boolean(navigator.vibrate) && matchMedia("(pointer: coarse)").matches;

export const buzz = (pattern) => {
  if (wanted.buzz && canBuzz()) navigator.vibrate(pattern);
};

let lock = null;

const hold = async (on) => {
  try {
    if (!on) {
      await lock?.release();
      lock = null;
    } else if (document.visibilityState === "visible" && (!lock || lock.released)) {
      lock = await navigator.wakeLock.request("screen");
    }
  } catch {
    // The screen goes off as usual; the session goes on.
  }
};

let line = Promise.resolve();

// One wish after the other, so that the last one holds.
export const keepScreenOn = (on) => {
  line = line.then(() => hold(on));
};
