// Loads the application by its hashed name, as webpack's runtime chunk does.
const script = document.createElement('script');
script.src = new URL('app.8d4e0c77.js', document.currentScript.src).href;
document.head.append(script);
