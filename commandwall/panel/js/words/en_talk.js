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
  "talk.heard": "Your microphone is heard at {name}",
  "talk.cut": "The connection of the microphone broke",
  "talkstate.opening": "connecting",
  "talkstate.talking": "is heard",
  "talkstate.lost": "not reached",
  "talkstate.refused": "cannot talk",
  "rooms.loudspeakers": "Loudspeakers in the street",
  "rooms.loudspeakers.add": "Add a loudspeaker",
  "rooms.loudspeakers.none": "Select a camera on the wall first",
};
