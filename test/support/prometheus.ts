/** Reads Prometheus' text format 0.0.4, strictly: written from its description alone. */

export interface Family {
  readonly type: string
  readonly help: string
  /** Values by the name and labels as they are written. */
  readonly samples: Map<string, number>
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? ([^ ]+)$/
const LABELS = /^(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"(?:,(?!$)|$))*$/

/** The families of a text, by name. Throws where it isn't in the format. */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family>()
  let open: [string, Family] | null = null
  let help: [string, string] | null = null
  for (const line of text.slice(0, -1).split('\n')) {
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (what === 'HELP') {
      if (families.has(name)) throw new Error(`${name} stands twice`)
      help = [name, rest]
    } else if (what === 'TYPE') {
      if (help?.[0] !== name) throw new Error(`${name} has no help before it`)
      if (!/^(counter|gauge|histogram)$/.test(rest)) throw new Error(`what is ${rest}?`)
      open = [name, { type: rest, help: help[1], samples: new Map() }]
      families.set(...open)
    } else {
      const [, own = '', braces = '', labels = '', value = ''] = SAMPLE.exec(line) ?? []
      if (open === null || own === '') throw new Error(`no sample: ${line}`)
      const [family, { type, samples }] = open
      const suffix = own.slice(family.length)
      const fits = type === 'histogram' ? /^_(bucket|sum|count)$/.test(suffix) : suffix === ''
      if (!own.startsWith(family) || !fits) throw new Error(`${own} is not of ${family}`)
      if (!LABELS.test(labels)) throw new Error(`labels: ${labels}`)
      if (!/^([+-]?\d+(\.\d+)?(e[+-]?\d+)?|\+Inf|-Inf|NaN)$/.test(value)) {
        throw new Error(`no number: ${value}`)
      }
      const key = own + braces
      if (samples.has(key)) throw new Error(`${key} stands twice`)
      samples.set(key, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value))
    }
  }
  return families
}
