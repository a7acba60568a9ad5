/** The words of the interface: English, talking to the street. */

/** @type {Record<string, string>} */
export const enTalk = {
  "talk.label": "Talking to the street",
  "talk.begin": "Talk",
  "talk.end": "End talking",
  "talk.microphone": "With my microphone",
  "talk.insecure": "The microphone needs HTTPS",
  "talk.conference": "Play the conference “{name}”",
  "talk.plays": "Plays the conference “{name}”",
  "talk.voice": "{name} talks",
  "talk.none": "This camera has no loudspeaker to talk to",
  "talk.failed": "The microphone cannot be used",
  "talk.cut": "The connection of the microphone broke",
  "heard.opening": "Connecting to {name}: your microphone is heard there at any moment",
  "heard.talking": "Your microphone is heard at {name}",
  "heard.lost": "{name} is not reached now: your microphone is heard there as soon as it is",
  "heard.refused": "{name} cannot be talked to: your microphone is not heard there",
  "talkstate.opening": "connecting",
  "talkstate.talking": "is heard",
  "talkstate.lost": "not reached",
  "talkstate.refused": "cannot talk",
  "rooms.loudspeakers": "Loudspeakers in the street",
  "rooms.loudspeakers.add": "Add a loudspeaker",
  "rooms.loudspeakers.none": "Select a camera on the wall first",
};
