// A blog: a post was edited, another one added, a draft changed. Other pages show the posts.
import type { Example } from './index.js';

const diff = `diff --git a/posts/2026/harbour.md b/posts/2026/harbour.md
index 3b18e51..a9c34f0 100644
--- a/posts/2026/harbour.md
+++ b/posts/2026/harbour.md
@@ -4,5 +4,5 @@ tags: [walks]
 ---

-The harbour is open until six.
+The harbour is open until eight, from April on.

 Bring bread for the gulls.
diff --git a/posts/2026/lighthouse.md b/posts/2026/lighthouse.md
new file mode 100644
index 0000000..e4d2f0b
--- /dev/null
+++ b/posts/2026/lighthouse.md
@@ -0,0 +1,3 @@
+---
+title: The lighthouse
+---
diff --git a/public/drafts/winter.html b/public/drafts/winter.html
index 1f7b1a2..9d0c3be 100644
--- a/public/drafts/winter.html
+++ b/public/drafts/winter.html
@@ -1 +1 @@
-Cold.
+Colder.
diff --git a/public/css/site.css b/public/css/site.css
index 5f7bb58..f4c7b2e 100644
--- a/public/css/site.css
+++ b/public/css/site.css
@@ -1,3 +1,3 @@
 body {
-  color: #333;
+  color: #222;
 }
diff --git a/public/assets/gulls-8d21c0f4.webp b/public/assets/gulls-8d21c0f4.webp
new file mode 100644
index 0000000..77aa012
Binary files /dev/null and b/public/assets/gulls-8d21c0f4.webp differ
`;

const policy = `{
  "mappings": [{ "source": "public" }],
  "ignore": ["public/drafts/**"],
  "fingerprinted": ["public/assets/*-[hash].*"],
  "dependents": [
    { "when": "posts/**/*.md", "purge": ["/posts/{2}/", "/archive/", "/feed.xml", "/"] }
  ]
}
`;

export const blog = (): Example => ({ diff, policy });
