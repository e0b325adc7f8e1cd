declare module '*/wrangler.toml?raw' {
  const text: string
  // oxlint-disable-next-line import/no-default-export -- what Vite makes of it
  export default text
}
