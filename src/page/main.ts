/** The page: its views by the address after `#`. */
import { call } from './api.js'
import { connectorView } from './connector-view.js'
import { h, setAttributes, setText } from './dom.js'
import { Feed } from './feed.js'
import { changesText } from './health.js'
import { formView } from './form-view.js'
import { listView } from './list-view.js'
import { announce, placeNotices } from './notices.js'
import { banner, heading, type View } from './parts.js'
import { parseRoute, type Route } from './route.js'
import type { Connector, Versions } from './shapes.js'
import { workersView } from './workers-view.js'

const feed = new Feed()
const main = element('main')
const trouble = element('trouble')
let view: View | null = null
let previous: readonly Connector[] | null = null

function element(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no #${id}`)
  return found
}

function viewOf(route: Route): View {
  switch (route.view) {
    case 'list':
      return listView(feed)
    case 'workers':
      return workersView(feed)
    case 'connector':
      return connectorView(route.name, feed)
    case 'new':
      return formView(null, feed)
    case 'edit':
      return formView(route.name, feed)
    default:
      return { title: 'Not found', element: h('div', {}, heading('There is no such page')) }
  }
}

function navigate(isFirst: boolean): void {
  const route = parseRoute(location.hash)
  view?.close?.()
  view = viewOf(route)
  document.title = `${view.title} – genesis-connect`
  main.replaceChildren(view.element)
  const here = route.view === 'list' ? '#/' : `#/${route.view}`
  for (const link of document.querySelectorAll('nav a'))
    setAttributes(link, { 'aria-current': link.getAttribute('href') === here ? 'page' : null })
  view.update?.()
  if (isFirst) return
  window.scrollTo(0, 0)
  // Screen readers start reading at the new view.
  main.querySelector('h1')?.focus({ preventScroll: true })
}

function show(): void {
  const found = feed.trouble
  const key = found === null ? '' : `${found.title} ${found.text}`
  if (trouble.dataset['shown'] !== key) {
    trouble.dataset['shown'] = key
    trouble.replaceChildren(...(found === null ? [] : [banner(found)]))
  }
  if (feed.connectors !== null && feed.connectors !== previous) {
    if (previous !== null) {
      const changes = changesText(previous, feed.connectors)
      if (changes !== '') announce(changes)
    }
    previous = feed.connectors
  }
  view?.update?.()
}

async function showVersions(): Promise<void> {
  try {
    const { body } = await call<Versions>('GET', '')
    const cluster = body.kafka_cluster_id === null ? '' : ` · Kafka cluster ${body.kafka_cluster_id}`
    setText(element('versions'), `genesis-connect ${body.genesis_version}${cluster}`)
  } catch {
    // The reading of connectors says what is wrong.
  }
}

placeNotices()
// Its address would be taken for a view's.
document.querySelector('.skip')?.addEventListener('click', (event) => {
  event.preventDefault()
  main.focus()
})
window.addEventListener('hashchange', () => navigate(false))
feed.subscribe(show)
navigate(true)
feed.start()
void showVersions()
