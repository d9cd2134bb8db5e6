// Loads the application by its hashed name, as webpack's runtime chunk does.
const script = document.createElement('script');
script.src = new URL('app.3f9c2a1b.js', document.currentScript.src).href;
document.head.append(script);
