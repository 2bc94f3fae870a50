import { connect } from '/chat/client.js'

const byId = (id) => document.getElementById(id)

// The browser sends the application's cookie along: the chat knows who this is.
const chat = connect(`${location.origin.replace('http', 'ws')}/chat`)

chat.on('person', ({ name }) => {
  byId('me').textContent = name
})
chat.on('state', ({ state }) => {
  byId('state').textContent = state
  // Logged out, here or in another window.
  if (state === 'closed') location.reload()
})

const room = await chat.join('geral')

function show({ from, text }) {
  const line = document.createElement('li')
  // Never innerHTML: it is somebody else's text.
  line.textContent = `${from.name}: ${text}`
  byId('log').append(line)
}

for (const entry of room.recent) if (entry.kind === 'message') show(entry)
room.on('message', show)

byId('say').addEventListener('submit', (event) => {
  event.preventDefault()
  const { text } = event.target.elements
  room.send(text.value)
  text.value = ''
})
