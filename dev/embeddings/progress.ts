/** A bar that tells how far a long work has come: redrawn on a terminal, else a line now and then. */
export interface Progress {
  /** @param note what there is to say at the moment */
  show(done: number, total: number, note?: string): void
  /** Leaves the last state standing. */
  end(): void
}

const WIDTH = 30
const LINE_EVERY_MS = 5_000

export function createProgress(unit: string, out: NodeJS.WriteStream = process.stdout): Progress {
  const started = Date.now()
  let first: number | null = null
  let line = ''
  let printed = 0
  return {
    show(done, total, note = '') {
      first ??= done
      const rate = (done - first) / Math.max(1, (Date.now() - started) / 1000)
      const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : ''
      const figures = `${done}/${total} ${unit}, ${rate.toFixed(0)}/s${done < total ? left : ''}${note && ` · ${note}`}`
      const full = total === 0 ? WIDTH : Math.floor((WIDTH * done) / total)
      if (out.isTTY) {
        const drawn = `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${figures}`.slice(0, out.columns - 1)
        out.write(`\r${drawn.padEnd(line.length)}`)
        line = drawn
      } else {
        line = figures
        if (Date.now() - printed >= LINE_EVERY_MS || done >= total) {
          out.write(`${figures}\n`)
          printed = Date.now()
          line = ''
        }
      }
    },
    end() {
      if (line) out.write(out.isTTY ? '\n' : `${line}\n`)
      line = ''
    },
  }
}

const two = (value: number) => String(value).padStart(2, '0')

/** `1 h 05 min`, `3 min 20 s`, `12 s`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`
  return whole >= 60 ? `${Math.floor(whole / 60)} min ${two(whole % 60)} s` : `${whole} s`
}
