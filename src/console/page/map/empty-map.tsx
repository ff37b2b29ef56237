/** What the map says while there is no instance. */
export function EmptyMap({ url }: { readonly url: string | null | undefined }) {
  return (
    <div class="empty">
      <p>
        <strong>No instance runs yet.</strong> The first request starts one.
      </p>
      {url == null ? undefined : (
        <>
          <pre>curl -i {url}/</pre>
          <p>
            Or let the <a href="#/walkthrough">walkthrough</a> send the four documented requests.
          </p>
        </>
      )}
    </div>
  );
}
