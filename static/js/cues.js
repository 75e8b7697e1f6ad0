// What a session lets one hear and feel, so that the eyes may rest: tones, a voice, a buzz; and a screen that stays on.
// Each can be switched off, and a device that lacks one loses nothing: the page says it all as well.

const LOUDNESS = 0.25;
const PITCH = { hold: 880, move: 880, switch: 659, relax: 523, rest: 523, ready: 659 }; // hertz, by what begins
const COUNT = 440;
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
  if (!on) hush();
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
  if (audio?.state === "suspended") audio.resume();
};

// Takes back every tone that does not sound yet.
const silence = () => {
  for (const { source, at } of planned) if (at > audio.currentTime + 0.1) source.disconnect();
  planned = [];
};

// Tones for a step that still lasts so many seconds: one for each of the last three, and one for what begins then.
export const plan = (seconds, next) => {
  if (!audio || !wanted.tone) return;
  silence();
  const end = audio.currentTime + seconds;
  for (const left of [3, 2, 1]) if (seconds > left + 0.3) tone(COUNT, end - left, 0.09);
  if (next) tone(PITCH[next], end);
  else [523, 659, 784].forEach((pitch, n) => tone(pitch, end + n * 0.16, 0.4));
};

export const sound = (kind) => {
  if (audio && wanted.tone) tone(PITCH[kind], audio.currentTime);
};

// --- Voice. Some browsers have voices that send the text to their maker; only those of the device itself may speak.

const language = document.documentElement.lang;
const voices = () => window.speechSynthesis?.getVoices() ?? [];
const own = () => voices().find((voice) => voice.localService && voice.lang.split(/[-_]/)[0] === language.split("-")[0]);

// False as soon as it is known that this device has no voice of its own for the language of the page.
export const canSpeak = () => Boolean(window.speechSynthesis) && (voices().length === 0 || Boolean(own()));

export const speak = (words, interrupt = true) => {
  const voice = own();
  if (!wanted.voice || !voice) return;
  if (interrupt) window.speechSynthesis.cancel();
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  window.speechSynthesis.speak(utterance);
};

export const hush = () => {
  silence();
  window.speechSynthesis?.cancel();
};

// --- Buzz and screen

export const canBuzz = () => Boolean(navigator.vibrate) && matchMedia("(pointer: coarse)").matches;

export const buzz = (pattern) => {
  if (wanted.buzz && canBuzz()) navigator.vibrate(pattern);
};

let lock = null;

export const keepScreenOn = async (on) => {
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
